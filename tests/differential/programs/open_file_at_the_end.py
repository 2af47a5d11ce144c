f=open('o.txt','w'); f.write('abc')
