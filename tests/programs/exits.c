// exits CODE | exits signal N | exits fails-until FILE COUNT [CODE]: ends at once, in a known way.
// fails-until exits with CODE (1) the first COUNT times it is run, counting in FILE, and then stays.
#include "common.h"

int main(int argc, char **argv)
{
    deadline();
    if (argc == 3 && strcmp(argv[1], "signal") == 0) {
        struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        int number = atoi(argv[2]);
        signal(number, SIG_DFL);
        kill(getpid(), number);
        sigset_t nothing;
        sigemptyset(&nothing);
        sigsuspend(&nothing);
        return 98;
    }
    if (argc >= 4 && strcmp(argv[1], "fails-until") == 0) {
        int fd = open(argv[2], O_WRONLY | O_APPEND | O_CREAT, 0600);
        if (fd < 0 || write(fd, "x", 1) != 1)
            fail(argv[2]);
        struct stat info;
        fstat(fd, &info);
        say("attempt %ld", (long)info.st_size);
        if (info.st_size <= atoi(argv[3]))
            return argc > 4 ? atoi(argv[4]) : 1;
        pause();
    }
    return argc > 1 ? atoi(argv[1]) : 0;
}
