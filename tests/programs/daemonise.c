// daemonise [--ignore-term] [--stay] [--pidfile PATH]: forks twice into a session of its own, as daemons used to; the daemon tells each
// SIGTERM and ends on it. Its pid is in the pidfile a moment after its parents have gone. With --stay the first process stays too, and only the daemon has left its group.
#include "common.h"

static void told(int number)
{
    char text[] = "daemon got 00\n";
    text[11] = '0' + number / 10;
    text[12] = '0' + number % 10;
    if (write(1, text, sizeof text - 1) > 0)
        _exit(0);
    _exit(1);
}

int main(int argc, char **argv)
{
    deadline();
    bool ignore = false, stay = false;
    const char *pidfile = NULL;
    for (int i = 1; i < argc; i++) {
        ignore |= strcmp(argv[i], "--ignore-term") == 0;
        stay |= strcmp(argv[i], "--stay") == 0;
        if (strcmp(argv[i], "--pidfile") == 0 && i + 1 < argc)
            pidfile = argv[++i];
    }
    int ready[2];
    if (pipe2(ready, O_CLOEXEC) < 0)
        fail("pipe");
    pid_t middle = fork();
    if (middle < 0)
        fail("fork");
    if (middle == 0) {
        setsid();
        if (fork() != 0)
            _exit(0);
        deadline();
        signal(SIGTERM, ignore ? SIG_IGN : told);
        say("daemon pid %d", getpid());
        close(ready[0]);
        close(ready[1]);
        if (pidfile) {
            sleep_ms(50);
            FILE *file = fopen(pidfile, "w");
            if (!file || fprintf(file, "%d\n", getpid()) < 0 || fclose(file) != 0)
                fail(pidfile);
        }
        for (;;)
            pause();
    }
    close(ready[1]);
    waitpid(middle, NULL, 0);
    char byte;
    while (read(ready[0], &byte, 1) > 0)
        continue;
    if (stay) {
        say("staying");
        for (;;)
            pause();
    }
    return 0;
}
