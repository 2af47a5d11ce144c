#include <iostream>

int main() {}
int main() {}
