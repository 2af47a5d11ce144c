#: outcome = "wall_time_limit|exited"
#: limits = { wall_time = 2 }
#: collect = ["*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", "**/*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b"]
#: says = ["^named$"]
#: within = 6
for number in range(100):
    with open("a" * 240 + str(number), "w"):
        pass
print("named", flush=True)
