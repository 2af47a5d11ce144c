module example.test/routes

go 1.24
