#define max(a, b) ((a) > (b) ? (a) : (b))
#include <algorithm>

int main() { return max(0, 0); }
