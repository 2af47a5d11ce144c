#include <bits/stdc++.h>
using namespace std;

int main() {
    map<string, vector<int>> found;
    set<pair<int, string>> order;
    string word;
    for (int at = 0; cin >> word; at++) found[word].push_back(at), order.insert({at, word});
    for (auto &[text, places] : found) {
        sort(places.rbegin(), places.rend());
        cout << text << ' ' << accumulate(places.begin(), places.end(), 0LL) << '\n';
    }
    cout << order.begin()->second << ' ' << fixed << setprecision(3) << sqrt(2.0) << endl;
}
