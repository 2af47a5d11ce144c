#pragma GCC target("avx2,popcnt")
#include <bits/stdc++.h>
using namespace std;

int main() {
    bitset<4096> bits(12345);
    cout << bits.count() << __builtin_popcountll(255) << endl;
}
