// flood LINES [LENGTH] [--stay]: writes numbered lines as fast as it can; 0 is for ever. Says on stderr when it is done.
#include "common.h"

int main(int argc, char **argv)
{
    deadline();
    long lines = argc > 1 ? atol(argv[1]) : 0;
    int length = argc > 2 ? atoi(argv[2]) : 40;
    bool stay = argc > 3 && strcmp(argv[3], "--stay") == 0;
    static char line[70000];
    if (length < 20 || length > (int)sizeof line - 1)
        return 100;
    for (long i = 1; lines == 0 || i <= lines; i++) {
        memset(line, 'x', length);
        line[snprintf(line, 20, "flood %ld ", i)] = 'x';
        line[length] = '\n';
        for (int sent = 0; sent <= length;) {
            ssize_t count = write(1, line + sent, length + 1 - sent);
            if (count > 0)
                sent += count;
            else if (errno != EINTR && errno != EAGAIN)
                return 99;
        }
    }
    dprintf(2, "flood done\n");
    while (stay)
        pause();
    return 0;
}
