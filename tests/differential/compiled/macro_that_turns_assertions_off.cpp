#define NDEBUG
#include <bits/stdc++.h>

int main() { assert(false); puts("still here"); }
