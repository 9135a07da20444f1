// agent PORT: runs commands inside the virtual machine for whoever holds the other end of the virtio-serial port.
// Both directions speak frames: a letter, an id, a length (both 32 bits, little-endian), then that many bytes. The id is
// the caller's choice and names one command from its R to its X.
//
//   caller      R words       run this, each word ended by a NUL; PATH is searched
//               I bytes       its stdin; no bytes: the end of it
//               S number      signal it, a 32-bit number
//   agent       B             booted: commands are taken (id 0)
//               P pid         it runs, a 32-bit number
//               O, E bytes    its stdout, its stderr
//               X code        it has ended (128 + N where a signal ended it; 127 where it could not be run), and both
//                             outputs have been read to their end, or for a second where somebody else holds them open
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS 64
#define LARGEST (1 << 20)
#define LINGER_MS 1000

struct header { char kind; uint32_t id, length; } __attribute__((packed));

static struct command {
    uint32_t id;
    pid_t pid;
    bool used, ended, last_of_input;
    int code, input, output[2];
    char *waiting;              // what its stdin has not taken yet
    size_t waiting_length;
    int64_t ended_at;
} commands[COMMANDS];

static int port, bell[2];

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void send_frame(char kind, uint32_t id, const void *bytes, uint32_t length)
{
    static char frame[sizeof(struct header) + 32768];
    struct header header = {kind, id, length};
    memcpy(frame, &header, sizeof header);
    memcpy(frame + sizeof header, bytes, length);
    size_t all = sizeof header + length;
    for (size_t sent = 0; sent < all;) {
        ssize_t count = write(port, frame + sent, all - sent);
        if (count < 0 && errno != EINTR && errno != EAGAIN)
            exit(1);
        if (count > 0)
            sent += count;
    }
}

static void send_number(char kind, uint32_t id, uint32_t number) { send_frame(kind, id, &number, sizeof number); }

static struct command *find(uint32_t id)
{
    for (int i = 0; i < COMMANDS; i++)
        if (commands[i].used && commands[i].id == id)
            return &commands[i];
    return NULL;
}

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void run(uint32_t id, char *bytes, uint32_t length)
{
    static char *words[4096];
    int count = 0, ends[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}};
    for (char *at = bytes; at < bytes + length && count < 4095; at += strlen(at) + 1)
        words[count++] = at;
    words[count] = NULL;
    struct command *command = commands;
    while (command < commands + COMMANDS && command->used)
        command++;
    if (command == commands + COMMANDS || count == 0) {
        send_number('X', id, 126);
        return;
    }
    for (int i = 0; i < 3; i++)
        if (pipe2(ends[i], O_CLOEXEC) < 0)
            exit(1);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[0][0], 0);
        dup2(ends[1][1], 1);
        dup2(ends[2][1], 2);
        // A group of its own, so that a signal to it is no signal to us.
        setsid();
        for (int number = 1; number <= 64; number++)
            signal(number, SIG_DFL);
        execvp(words[0], words);
        dprintf(2, "agent: %s: %s\n", words[0], strerror(errno));
        _exit(127);
    }
    close(ends[0][0]);
    close(ends[1][1]);
    close(ends[2][1]);
    fcntl(ends[0][1], F_SETFL, O_NONBLOCK);
    *command = (struct command){
        .used = true, .id = id, .pid = pid, .input = ends[0][1], .output = {ends[1][0], ends[2][0]}};
    send_number('P', id, pid);
}

static void push_input(struct command *command)
{
    ssize_t taken = command->waiting_length ? write(command->input, command->waiting, command->waiting_length) : 0;
    if (taken > 0) {
        command->waiting_length -= taken;
        memmove(command->waiting, command->waiting + taken, command->waiting_length);
    }
    // Nobody reads it any more, or all of it has been read.
    if ((taken < 0 && errno != EAGAIN && errno != EINTR) || (command->last_of_input && !command->waiting_length)) {
        close_end(&command->input);
        command->waiting_length = 0;
    }
}

static void feed(struct command *command, const char *bytes, size_t length)
{
    if (command->input < 0)
        return;
    command->last_of_input |= length == 0;
    command->waiting = realloc(command->waiting, command->waiting_length + length + 1);
    memcpy(command->waiting + command->waiting_length, bytes, length);
    command->waiting_length += length;
    push_input(command);
}

static void take(struct header *header, char *bytes)
{
    struct command *command = find(header->id);
    if (header->kind == 'R')
        run(header->id, bytes, header->length);
    else if (header->kind == 'I' && command)
        feed(command, bytes, header->length);
    else if (header->kind == 'S' && command && !command->ended)
        kill(command->pid, *(uint32_t *)bytes);
}

// Whole frames are taken; what is left of one waits for the rest.
static void read_port(void)
{
    static char buffer[sizeof(struct header) + LARGEST + 1];
    static size_t filled;
    ssize_t count = read(port, buffer + filled, sizeof buffer - 1 - filled);
    if (count < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    // Nobody at the other end: the machine has nobody to work for.
    if (count <= 0)
        exit(0);
    filled += count;
    struct header *header = (struct header *)buffer;
    while (filled >= sizeof *header && filled >= sizeof *header + header->length) {
        size_t all = sizeof *header + header->length;
        char after = buffer[all];
        // Words end with a NUL even where the caller forgot the last one.
        buffer[all] = 0;
        take(header, buffer + sizeof *header);
        buffer[all] = after;
        memmove(buffer, buffer + all, filled - all);
        filled -= all;
    }
    if (filled >= sizeof *header && header->length > LARGEST)
        exit(1);
}

static void reap(void)
{
    char bytes[64];
    while (read(bell[0], bytes, sizeof bytes) > 0)
        continue;
    // Each by its pid: the orphans that PID 1 collects are none of ours.
    for (int i = 0; i < COMMANDS; i++) {
        int status;
        if (!commands[i].used || commands[i].ended || waitpid(commands[i].pid, &status, WNOHANG) <= 0)
            continue;
        commands[i].code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        commands[i].ended = true;
        commands[i].ended_at = now_ms();
        close_end(&commands[i].input);
    }
}

static void read_output(struct command *command, int which)
{
    char bytes[32768];
    ssize_t count = read(command->output[which], bytes, sizeof bytes);
    if (count > 0)
        send_frame(which == 0 ? 'O' : 'E', command->id, bytes, count);
    else if (count == 0 || errno != EINTR)
        close_end(&command->output[which]);
}

static void finish(struct command *command)
{
    bool lingers = command->output[0] >= 0 || command->output[1] >= 0;
    if (!command->used || !command->ended || (lingers && now_ms() - command->ended_at < LINGER_MS))
        return;
    close_end(&command->output[0]);
    close_end(&command->output[1]);
    free(command->waiting);
    send_number('X', command->id, command->code);
    command->used = false;
}

static void ring(int number)
{
    int error = errno;
    (void)number;
    if (write(bell[1], "x", 1) < 0)
        errno = error;
    errno = error;
}

int main(int argc, char **argv)
{
    port = argc == 2 ? open(argv[1], O_RDWR | O_CLOEXEC) : -1;
    if (port < 0 || pipe2(bell, O_CLOEXEC | O_NONBLOCK) < 0)
        return 1;
    prctl(PR_SET_NAME, "agent");
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, ring);
    send_frame('B', 0, "", 0);
    for (;;) {
        struct pollfd ends[2 + 3 * COMMANDS] = {{.fd = port, .events = POLLIN}, {.fd = bell[0], .events = POLLIN}};
        bool lingers = false;
        for (int i = 0; i < COMMANDS; i++) {
            struct command *command = &commands[i];
            struct pollfd *its = &ends[2 + 3 * i];
            for (int k = 0; k < 3; k++)
                its[k].fd = -1;
            if (!command->used)
                continue;
            lingers |= command->ended;
            its[0] = (struct pollfd){.fd = command->waiting_length ? command->input : -1, .events = POLLOUT};
            its[1] = (struct pollfd){.fd = command->output[0], .events = POLLIN};
            its[2] = (struct pollfd){.fd = command->output[1], .events = POLLIN};
        }
        if (poll(ends, 2 + 3 * COMMANDS, lingers ? 50 : -1) < 0 && errno != EINTR)
            return 1;
        // A command's last output comes before its end.
        for (int i = 0; i < COMMANDS; i++) {
            struct pollfd *its = &ends[2 + 3 * i];
            if (its[0].fd >= 0 && its[0].revents)
                push_input(&commands[i]);
            for (int k = 0; k < 2; k++)
                if (its[1 + k].fd >= 0 && its[1 + k].revents)
                    read_output(&commands[i], k);
        }
        reap();
        for (int i = 0; i < COMMANDS; i++)
            finish(&commands[i]);
        if (ends[0].revents)
            read_port();
    }
}
