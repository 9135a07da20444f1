/* measure repeat plain|pid1 ROUNDS WARM-UP : COMMAND… : COMMAND… …
     runs the commands in turn, A B C A B C, and prints for each a line of whole run times in ns, exec to exit.
   measure supervise COUNT FIFO SIGNAL LOG -- COMMAND…
     runs a supervisor as PID 1; prints "ready NS PID" when COUNT services have reported through FIFO, waits for a line
     on standard input, sends SIGNAL, and prints "stopped NS" when all have left and the supervisor has exited.
   Both fail with a reason rather than print a number that means something else. */
#define _GNU_SOURCE
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_COMMANDS = 16, DEADLINE_MS = 60000 };

static int open_output(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0)
        fail(path);
    return fd;
}

static int exit_code(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static uint64_t run_once(char **command, enum place place, int output)
{
    struct spawned spawned = spawn(command, place, output);
    int status;
    while (waitpid(spawned.pid, &status, 0) < 0)
        if (errno != EINTR)
            fail("waitpid");
    uint64_t took = now() - spawned.start;
    /* Whoever expects another code than 0 says so in BENCH_EXIT_CODE. */
    const char *expected = getenv("BENCH_EXIT_CODE");
    if (exit_code(status) != 0 && (!expected || exit_code(status) != atoi(expected))) {
        fprintf(stderr, "measure: %s exited with %d\n", command[0], exit_code(status));
        exit(1);
    }
    return took;
}

static int repeat(char **arguments)
{
    enum place place = strcmp(arguments[0], "pid1") == 0 ? PID1 : PLAIN;
    int rounds = atoi(arguments[1]), warm_up = atoi(arguments[2]), count = 0;
    char **commands[MAX_COMMANDS];
    for (char **argument = arguments + 3; *argument; argument++)
        if (strcmp(*argument, ":") == 0) {
            *argument = NULL;
            if (count == MAX_COMMANDS)
                fail("too many commands");
            commands[count++] = argument + 1;
        }

    uint64_t *times = calloc((size_t)(rounds * count), sizeof *times);
    int output = open_output("/dev/null");
    for (int round = -warm_up; round < rounds; round++)
        for (int i = 0; i < count; i++) {
            uint64_t took = run_once(commands[i], place, output);
            if (round >= 0)
                times[i * rounds + round] = took;
        }
    for (int i = 0; i < count; i++)
        for (int round = 0; round < rounds; round++)
            printf("%llu%c", (unsigned long long)times[i * rounds + round], round + 1 < rounds ? ' ' : '\n');
    return 0;
}

struct reports {
    int fifo, ready, asked;
    bool hung_up;
};

static void read_reports(struct reports *reports, short events)
{
    char bytes[256];
    if (events & POLLIN) {
        ssize_t length = read(reports->fifo, bytes, sizeof bytes);
        for (ssize_t i = 0; i < length; i++)
            bytes[i] == 'r' ? reports->ready++ : reports->asked++;
    } else if (events & POLLHUP) {
        reports->hung_up = true;
    }
}

/* Kills the namespace with its PID 1 and says how far it came. */
static _Noreturn void give_up(struct spawned supervisor, const struct reports *reports, const char *why)
{
    kill(supervisor.pid, SIGKILL);
    fprintf(stderr, "measure: %s (%d ready, %d asked to end)\n", why, reports->ready, reports->asked);
    exit(1);
}

static int supervise(char **arguments)
{
    int count = atoi(arguments[0]), signal_number = atoi(arguments[2]);
    const char *path = arguments[1];
    if (mkfifo(path, 0600) < 0)
        fail(path);
    struct reports reports = {.fifo = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
    if (reports.fifo < 0)
        fail(path);
    setenv("BENCH_FIFO", path, 1);

    struct spawned supervisor = spawn(arguments + 5, PID1_WITH_PROC, open_output(arguments[3]));
    int pidfd = (int)syscall(SYS_pidfd_open, supervisor.pid, 0);
    if (pidfd < 0)
        fail("pidfd_open");
    struct pollfd polled[] = {{.fd = reports.fifo, .events = POLLIN}, {.fd = pidfd, .events = POLLIN}};

    while (reports.ready < count) {
        if (poll(polled, 2, DEADLINE_MS) <= 0)
            give_up(supervisor, &reports, "not ready at the deadline");
        read_reports(&reports, polled[0].revents);
        if (polled[1].revents)
            give_up(supervisor, &reports, "the supervisor exited");
    }
    printf("ready %llu %d\n", (unsigned long long)(now() - supervisor.start), supervisor.pid);
    fflush(stdout);
    (void)!getchar();

    uint64_t asked = now();
    kill(supervisor.pid, signal_number);
    bool exited = false;
    /* A hang-up ends the stream of the FIFO: polled further it would only spin. */
    while (!exited || !reports.hung_up) {
        polled[0].fd = reports.hung_up ? -1 : reports.fifo;
        polled[1].fd = exited ? -1 : pidfd;
        if (poll(polled, 2, DEADLINE_MS) <= 0)
            give_up(supervisor, &reports, "not stopped at the deadline");
        read_reports(&reports, polled[0].revents);
        exited |= polled[1].fd >= 0 && polled[1].revents;
    }
    uint64_t took = now() - asked;
    int status;
    waitpid(supervisor.pid, &status, 0);
    /* The kernel ends what PID 1 leaves behind, so silence is not proof: every service must say that it was asked. */
    if (reports.asked != count)
        give_up(supervisor, &reports, "some services were not asked to end");
    printf("stopped %llu %d\n", (unsigned long long)took, exit_code(status));
    return 0;
}

int main(int count, char **arguments)
{
    if (count > 5 && strcmp(arguments[1], "repeat") == 0)
        return repeat(arguments + 2);
    if (count > 7 && strcmp(arguments[1], "supervise") == 0)
        return supervise(arguments + 2);
    fprintf(stderr, "usage: measure repeat plain|pid1 ROUNDS WARM-UP : COMMAND… …\n"
                    "       measure supervise COUNT FIFO SIGNAL LOG -- COMMAND…\n");
    return 100;
}
