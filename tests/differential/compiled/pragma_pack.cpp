#pragma pack(1)
#include <iostream>
#include <map>

struct A { char a; int b; };
int main() { std::cout << sizeof(A) << sizeof(std::map<char, long>) << '\n'; }
