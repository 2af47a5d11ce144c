#pragma GCC optimize("Ofast,unroll-loops")
#include <bits/stdc++.h>
using namespace std;

int main() {
    vector<double> all(100);
    iota(all.begin(), all.end(), 1);
    sort(all.begin(), all.end(), greater<>());
    cout << accumulate(all.begin(), all.end(), 0.1) << endl;
}
