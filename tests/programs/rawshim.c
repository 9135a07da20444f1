// rawshim SOCKET STEP…: speaks with the launch socket as a shim does, or as none should. Each STEP is NAME or NAME=VALUE; in a VALUE
// \n, \0, \\ and \xHH stand for bytes. Each says a line.
//   tag=WORD         only there to be found in /proc
//   connect[=N]      N connections; the steps that follow use the last     connected N
//   send=BYTES       as they are                                           sent COUNT
//   launch=NAME      the first frame                                       sent COUNT
//   fill=COUNT       so many bytes and no end of a line                    sent COUNT
//   give=N           with the next bytes go N descriptors of a pipe
//   kept             are they held by the other side?                      let go | held
//   read[=MS]        a line                                                answer TEXT | end | silence
//   until=TEXT       lines, until one contains TEXT                        answer TEXT | end | silence
//   child            a child that waits at a gate, then sleeps on          child PID
//   grandchild       the same from a child that ends
//   ignoring         the children that follow ignore SIGTERM
//   place[=PID|self] of the child, of any process, of this one              sent COUNT
//   open             the gate                                              opened
//   shut             half of the connection, as one that has said all      shut
//   swarm=N          N processes that each connect, ask for "swarm", and are gone at once     swarmed
//   storm=SECONDS    connections that are opened, filled with rubbish, and left              stormed COUNT
//   pause=MS         for storms alone
//   line             waits for a line on stdin                             line
//   exit=CODE, die, hang
#include "common.h"

static const char *path;
static int connection = -1, gate[2] = {-1, -1}, gift[2] = {-1, -1}, gifts;
static pid_t child;
static bool ignoring;

static int connect_once(void)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    snprintf(name.sun_path, sizeof name.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    // A listener whose queue is full makes us wait; no test may wait for ever.
    struct timeval limit = {5, 0};
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (connect(fd, (struct sockaddr *)&name, sizeof name) < 0) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

static ssize_t send_bytes(const char *bytes, size_t size)
{
    static char control[CMSG_SPACE(253 * sizeof(int))];
    struct iovec part = {(void *)bytes, size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (gifts > 0) {
        message.msg_control = control;
        message.msg_controllen = CMSG_SPACE(gifts * sizeof(int));
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        *head = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(gifts * sizeof(int))};
        for (int i = 0; i < gifts; i++)
            memcpy(CMSG_DATA(head) + i * sizeof(int), &gift[1], sizeof(int));
    }
    ssize_t sent = sendmsg(connection, &message, MSG_NOSIGNAL);
    if (gifts > 0) {
        close(gift[1]);
        gifts = 0;
    }
    return sent;
}

static void tell_sent(ssize_t sent)
{
    if (sent < 0)
        say("not sent: %s", strerror(errno));
    else
        say("sent %zd", sent);
}

static size_t unescape(const char *text, char *bytes, size_t size)
{
    size_t length = 0;
    for (; *text && length < size; text++) {
        char one = *text;
        if (one == '\\' && text[1]) {
            one = *++text;
            if (one == 'n')
                one = '\n';
            else if (one == '0')
                one = 0;
            else if (one == 'x' && text[1] && text[2]) {
                one = (char)strtol((char[]){text[1], text[2], 0}, NULL, 16);
                text += 2;
            }
        }
        bytes[length++] = one;
    }
    return length;
}

/* False at the end, or after the time. */
static bool read_line(int ms, char *line, size_t size)
{
    size_t length = 0;
    for (int64_t until = now_ms() + ms;;) {
        int64_t left = until - now_ms();
        struct pollfd end = {.fd = connection, .events = POLLIN};
        if (poll(&end, 1, left < 0 ? 0 : (int)left) <= 0) {
            say("silence");
            return false;
        }
        if (read(connection, line + length, 1) <= 0) {
            say("end");
            return false;
        }
        if (line[length] == '\n')
            break;
        length += length < size - 1;
    }
    line[length] = 0;
    return true;
}

static void read_until(const char *text)
{
    static char line[65536];
    while (read_line(12000, line, sizeof line))
        if (strstr(line, text)) {
            say("answer %.900s", line);
            return;
        }
}

static void wait_at_gate(void)
{
    char byte;
    deadline();
    if (ignoring)
        signal(SIGTERM, SIG_IGN);
    close(gate[1]);
    if (connection >= 0)
        close(connection);
    int null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; fd++)
        dup2(null, fd);
    // As the second stage: without the byte it is never the server.
    if (read(gate[0], &byte, 1) != 1)
        _exit(3);
    for (;;)
        pause();
}

static void make_child(bool twice)
{
    int told[2];
    if (pipe2(gate, O_CLOEXEC) < 0 || pipe2(told, O_CLOEXEC) < 0)
        fail("pipe");
    pid_t first = fork();
    if (first == 0 && (!twice || fork() == 0)) {
        setsid();
        pid_t self = getpid();
        if (write(told[1], &self, sizeof self) != sizeof self)
            _exit(98);
        close(told[1]);
        wait_at_gate();
    }
    if (first == 0)
        _exit(0);
    close(gate[0]);
    close(told[1]);
    if (read(told[0], &child, sizeof child) != sizeof child)
        fail("child");
    close(told[0]);
    if (twice)
        waitpid(first, NULL, 0);
    say("child %d", child);
}

static void ask(const char *name)
{
    static char frame[8192];
    int length = snprintf(frame, sizeof frame, "{\"verb\":\"launch\",\"name\":\"%s\",\"program\":\"rawshim\"}\n", name);
    tell_sent(send_bytes(frame, length));
}

static void swarm(int many)
{
    for (int i = 0; i < many; i++)
        if (fork() == 0) {
            static const char frame[] = "{\"verb\":\"launch\",\"name\":\"swarm\",\"program\":\"rawshim\"}\n";
            connection = connect_once();
            if (connection >= 0)
                send_bytes(frame, sizeof frame - 1);
            _exit(0);
        }
    while (wait(NULL) > 0 || errno == EINTR)
        continue;
    say("swarmed");
}

static void storm(int seconds)
{
    static char rubbish[4000];
    int open_ones[200] = {0}, made = 0;
    memset(rubbish, '[', sizeof rubbish);
    for (int64_t until = now_ms() + seconds * 1000; now_ms() < until; made++) {
        int *place = &open_ones[made % 200];
        if (*place > 0)
            close(*place);
        connection = *place = connect_once();
        if (connection < 0)
            continue;
        if (made % 3 == 0)
            send_bytes("{\"verb\":\"launch\"}\n", 18);
        else if (made % 3 == 1)
            send_bytes(rubbish, sizeof rubbish);
    }
    say("stormed %d", made);
}

static void one_step(const char *name, const char *value)
{
    static char bytes[65536];
    int number = value ? atoi(value) : 0;
    if (strcmp(name, "tag") == 0)
        return;
    if (strcmp(name, "connect") == 0) {
        int made = 0;
        for (int i = 0; i < (value ? number : 1); i++)
            if ((connection = connect_once()) >= 0)
                made++;
        say("connected %d", made);
    } else if (strcmp(name, "send") == 0)
        tell_sent(send_bytes(bytes, unescape(value, bytes, sizeof bytes)));
    else if (strcmp(name, "launch") == 0)
        ask(value);
    else if (strcmp(name, "fill") == 0) {
        memset(bytes, 'a', sizeof bytes);
        ssize_t sent = 0, all = 0;
        while (all < number && (sent = send_bytes(bytes, number - all < (int)sizeof bytes ? number - all : (int)sizeof bytes)) > 0)
            all += sent;
        tell_sent(sent < 0 ? sent : all);
    } else if (strcmp(name, "give") == 0) {
        if (pipe2(gift, O_CLOEXEC) < 0)
            fail("pipe");
        gifts = number < 253 ? number : 253;
    } else if (strcmp(name, "kept") == 0) {
        struct pollfd end = {.fd = gift[0]};
        say(poll(&end, 1, 5000) == 1 && end.revents & POLLHUP ? "let go" : "held");
    } else if (strcmp(name, "read") == 0) {
        if (read_line(value ? number : 12000, bytes, sizeof bytes))
            say("answer %.900s", bytes);
    } else if (strcmp(name, "until") == 0)
        read_until(value);
    else if (strcmp(name, "child") == 0 || strcmp(name, "grandchild") == 0)
        make_child(name[0] == 'g');
    else if (strcmp(name, "ignoring") == 0)
        ignoring = true;
    else if (strcmp(name, "place") == 0) {
        int pid = !value ? child : strcmp(value, "self") == 0 ? getpid() : number;
        int length = snprintf(bytes, sizeof bytes, "{\"verb\":\"place\",\"pid\":%d}\n", pid);
        tell_sent(send_bytes(bytes, length));
    } else if (strcmp(name, "open") == 0)
        say(write(gate[1], "x", 1) == 1 ? "opened" : "not opened");
    else if (strcmp(name, "shut") == 0)
        say(shutdown(connection, SHUT_WR) == 0 ? "shut" : "not shut");
    else if (strcmp(name, "swarm") == 0)
        swarm(number);
    else if (strcmp(name, "storm") == 0)
        storm(number);
    else if (strcmp(name, "pause") == 0)
        sleep_ms(number);
    else if (strcmp(name, "line") == 0) {
        while (read(0, bytes, 1) == 1 && bytes[0] != '\n')
            continue;
        say("line");
    } else if (strcmp(name, "exit") == 0)
        exit(number);
    else if (strcmp(name, "die") == 0)
        kill(getpid(), SIGKILL);
    else if (strcmp(name, "hang") == 0)
        for (;;)
            pause();
    else
        exit(100);
}

int main(int argc, char **argv)
{
    deadline();
    if (argc < 3)
        return 100;
    path = argv[1];
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    for (int i = 2; i < argc; i++) {
        char name[64];
        const char *equals = strchr(argv[i], '=');
        snprintf(name, sizeof name, "%.*s", (int)(equals ? equals - argv[i] : (long)strlen(argv[i])), argv[i]);
        one_step(name, equals ? equals + 1 : NULL);
    }
    return 0;
}
