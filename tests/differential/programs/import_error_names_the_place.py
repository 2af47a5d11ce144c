import nothing.there
