/* The least a static program costs, and what runs in the empty root. */
int main(void) { return 0; }
