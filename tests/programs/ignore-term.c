// ignore-term [N...]: ignores SIGTERM, or the signals given, says so, and stays.
#include "common.h"

int main(int argc, char **argv)
{
    deadline();
    if (argc == 1)
        signal(SIGTERM, SIG_IGN);
    for (int i = 1; i < argc; i++)
        signal(atoi(argv[i]), SIG_IGN);
    say("ignoring");
    for (;;)
        pause();
}
