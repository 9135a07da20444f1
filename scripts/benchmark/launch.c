/* launch echo
     a server: says one line, then writes what it reads.
   launch measure STARTS LATENCIES THROUGHPUTS COUNT NAME COMMAND… : NAME COMMAND… …
     as a service: starts the commands in turn, A B C A B C, each of which is `launch echo` behind something or nothing, and prints lines
     "start NAME NS", fork to the first line; "latency NAME NS", the median of 200 round trips of a line; "throughput NAME NS", 16 MiB
     there and back; "memory NAME RSS PSS OWN" in KiB, of the process that was started; then COUNT starts of the last command, "flat
     BEFORE AFTER" in KiB, the RSS of PID 1. At the end it asks PID 1 to stop. */
#define _GNU_SOURCE
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_COMMANDS = 8, ROUND_TRIPS = 200, LINE = 300, PORTION = 64 * 1024, PORTIONS = 256, WARM_UP = 3 };

extern char **environ;

struct server {
    pid_t pid;
    int in, out;
};

static void write_all(int fd, const char *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t wrote = write(fd, bytes + done, size - done);
        if (wrote < 0 && errno != EINTR)
            fail("write");
        done += wrote > 0 ? (size_t)wrote : 0;
    }
}

static int echo(void)
{
    static char bytes[PORTION];
    write_all(1, "{}\n", 3);
    for (ssize_t count; (count = read(0, bytes, sizeof bytes)) > 0;)
        write_all(1, bytes, (size_t)count);
    return 0;
}

/* Returns when its first line is there. */
static struct server start(char **command, uint64_t *took)
{
    int in[2], out[2];
    if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
        fail("pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    struct server server = {.in = in[1], .out = out[0]};
    uint64_t begin = now();
    if ((errno = posix_spawnp(&server.pid, command[0], &actions, NULL, command, environ)) != 0)
        fail(command[0]);
    close(in[0]);
    close(out[1]);
    posix_spawn_file_actions_destroy(&actions);
    char line[3];
    for (size_t length = 0; length < sizeof line;) {
        ssize_t count = read(server.out, line + length, sizeof line - length);
        if (count <= 0)
            fail("the server ended without a word");
        length += (size_t)count;
    }
    *took = now() - begin;
    return server;
}

static void end(struct server server)
{
    close(server.in);
    int status;
    while (waitpid(server.pid, &status, 0) < 0)
        if (errno != EINTR)
            fail("waitpid");
    close(server.out);
    if (status != 0) {
        fprintf(stderr, "launch: the server ended with status %x\n", status);
        exit(1);
    }
}

static void read_back(struct server server, size_t size)
{
    static char bytes[PORTION];
    while (size > 0) {
        ssize_t count = read(server.out, bytes, sizeof bytes);
        if (count <= 0)
            fail("read");
        size -= (size_t)count;
    }
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static uint64_t latency(struct server server)
{
    static uint64_t times[ROUND_TRIPS];
    char line[LINE];
    memset(line, 'x', sizeof line);
    line[LINE - 1] = '\n';
    for (int i = 0; i < ROUND_TRIPS; i++) {
        uint64_t begin = now();
        write_all(server.in, line, sizeof line);
        read_back(server, sizeof line);
        times[i] = now() - begin;
    }
    qsort(times, ROUND_TRIPS, sizeof *times, compare);
    return times[ROUND_TRIPS / 2];
}

/* A pipe holds as much as one portion, so each is read back before the next is sent. */
static uint64_t throughput(struct server server)
{
    static char bytes[PORTION];
    memset(bytes, 'y', sizeof bytes);
    uint64_t begin = now();
    for (int i = 0; i < PORTIONS; i++) {
        write_all(server.in, bytes, sizeof bytes);
        read_back(server, sizeof bytes);
    }
    return now() - begin;
}

/* The sum of the fields of /proc/PID/FILE with these names, in KiB. */
static long field(pid_t pid, const char *file, const char *names)
{
    char path[64], line[256];
    long sum = 0;
    snprintf(path, sizeof path, "/proc/%d/%s", pid, file);
    FILE *text = fopen(path, "r");
    while (text && fgets(line, sizeof line, text)) {
        char *colon = strchr(line, ':');
        if (!colon)
            continue;
        *colon = 0;
        char name[64];
        snprintf(name, sizeof name, " %.60s ", line);
        sum += strstr(names, name) ? atol(colon + 1) : 0;
    }
    if (text)
        fclose(text);
    return sum;
}

static int measure(char **arguments)
{
    int starts = atoi(arguments[0]), latencies = atoi(arguments[1]), throughputs = atoi(arguments[2]), many = atoi(arguments[3]), count = 0;
    char *names[MAX_COMMANDS], **commands[MAX_COMMANDS];
    for (char **argument = arguments + 4; *argument && count < MAX_COMMANDS;) {
        names[count] = *argument++;
        commands[count++] = argument;
        while (*argument && strcmp(*argument, ":") != 0)
            argument++;
        if (*argument)
            *argument++ = NULL;
    }
    uint64_t took;
    for (int round = -WARM_UP; round < starts; round++)
        for (int i = 0; i < count; i++) {
            end(start(commands[i], &took));
            if (round >= 0)
                printf("start %s %llu\n", names[i], (unsigned long long)took);
        }
    struct server servers[MAX_COMMANDS];
    for (int i = 0; i < count; i++) {
        servers[i] = start(commands[i], &took);
        latency(servers[i]);
    }
    for (int round = 0; round < latencies; round++)
        for (int i = 0; i < count; i++)
            printf("latency %s %llu\n", names[i], (unsigned long long)latency(servers[i]));
    for (int round = 0; round < throughputs; round++)
        for (int i = 0; i < count; i++)
            printf("throughput %s %llu\n", names[i], (unsigned long long)throughput(servers[i]));
    for (int i = 0; i < count; i++) {
        pid_t pid = servers[i].pid;
        printf("memory %s %ld %ld %ld\n", names[i], field(pid, "smaps_rollup", " Rss "), field(pid, "smaps_rollup", " Pss "),
            field(pid, "smaps_rollup", " Private_Dirty "));
        end(servers[i]);
    }
    fflush(stdout);
    /* What PID 1 needs once, it has after the first of them. */
    for (int i = 0; i < 600 && many > 0; i++)
        end(start(commands[count - 1], &took));
    long before = field(1, "status", " VmRSS ");
    for (int i = 0; i < many; i++)
        end(start(commands[count - 1], &took));
    printf("flat %ld %ld\n", before, field(1, "status", " VmRSS "));
    fflush(stdout);
    kill(1, SIGTERM);
    return 0;
}

int main(int count, char **arguments)
{
    if (count == 2 && strcmp(arguments[1], "echo") == 0)
        return echo();
    if (count > 7 && strcmp(arguments[1], "measure") == 0)
        return measure(arguments + 2);
    fprintf(stderr, "usage: launch echo | measure STARTS LATENCIES THROUGHPUTS COUNT NAME COMMAND… : NAME COMMAND… …\n");
    return 100;
}
