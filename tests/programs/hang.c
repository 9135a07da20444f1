// hang [TEXT]: says TEXT, or "hanging", and waits to be ended by a signal.
#include "common.h"

int main(int argc, char **argv)
{
    deadline();
    say("%s", argc > 1 ? argv[1] : "hanging");
    for (;;)
        pause();
}
