// launcher SOCKET [UID]: a client of launch.sock and, as its child, a shim, both as user UID. The first line has the pid of the shim; it
// takes each line of the input as a command, and answers by one line:
//   connect          "connected", or the error
//   send TEXT        TEXT and a newline; "sent"
//   part TEXT        TEXT without a newline; "sent"
//   fds TEXT         TEXT and a newline, with a descriptor whose last close takes 60 s; "sent"
//   urgent TEXT      the same, the descriptor with an urgent byte before TEXT
//   long N           N bytes without a newline; "sent"
//   read             the next line of mcp-init, or "eof"
//   close            "closed"
//   child            starts a child in a session of its own; its pid
//   kill             kills that child and collects it; "killed"
//   crowd N          opens N connections that say nothing; "so many answered" after each has been refused or is open
//   churn N          connects, sends descriptors that linger and closes, N times; "churned"
#include "common.h"
#include "linger.h"

static int connection = -1, child;
static struct sockaddr_un address = {.sun_family = AF_UNIX};

static int open_connection(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

static void answer(ssize_t result, const char *done) { say("%s", result < 0 ? strerror(errno) : done); }

// By a child: whoever closes the descriptor last waits for it, and a process that exits does not.
static ssize_t send_descriptor(int fd, const char *text, size_t length, int flags)
{
    int status;
    pid_t sender = fork();
    if (sender == 0) {
        int slow = lingering(60);
        char control[CMSG_SPACE(sizeof slow)] = {0};
        struct iovec part = {(void *)text, length};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        *head = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof slow)};
        memcpy(CMSG_DATA(head), &slow, sizeof slow);
        _exit(sendmsg(fd, &message, MSG_NOSIGNAL | flags) < 0 ? errno : 0);
    }
    if (sender < 0 || waitpid(sender, &status, 0) < 0)
        fail("fork");
    errno = WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
    return errno ? -1 : (ssize_t)length;
}

static void read_line(void)
{
    static char line[70000];
    size_t length = 0;
    struct pollfd readable = {.fd = connection, .events = POLLIN};
    while (length < sizeof line - 1) {
        if (poll(&readable, 1, 20000) <= 0) {
            say("silence");
            return;
        }
        ssize_t count = read(connection, line + length, 1);
        if (count <= 0) {
            say(length ? "cut off" : "eof");
            return;
        }
        if (line[length++] == '\n')
            break;
    }
    for (size_t sent = 0; sent < length;) {
        ssize_t count = write(1, line + sent, length - sent);
        if (count > 0)
            sent += count;
    }
}

static void crowd(int count)
{
    static struct pollfd open[4096];
    int refused = 0, opened = 0;
    for (; opened < count && opened < 4096; opened++) {
        open[opened] = (struct pollfd){.fd = open_connection(), .events = POLLIN};
        if (open[opened].fd < 0)
            break;
    }
    for (int64_t end = now_ms() + 2000; now_ms() < end && refused < opened;) {
        poll(open, opened, 50);
        refused = 0;
        for (int at = 0; at < opened; at++)
            refused += (open[at].revents & POLLIN) != 0;
        sleep_ms(10);
    }
    say("%d opened, %d answered", opened, refused);
}

static void obey(const char *command, const char *text)
{
    static char many[1 << 20];
    if (strcmp(command, "connect") == 0) {
        connection = open_connection();
        answer(connection, "connected");
    } else if (strcmp(command, "send") == 0 || strcmp(command, "part") == 0) {
        static char line[8192];
        int length = snprintf(line, sizeof line, "%s%s", text, *command == 's' ? "\n" : "");
        answer(send(connection, line, length, MSG_NOSIGNAL), "sent");
    } else if (strcmp(command, "fds") == 0) {
        ssize_t sent = send_descriptor(connection, text, strlen(text), 0);
        answer(sent < 0 ? sent : send(connection, "\n", 1, MSG_NOSIGNAL), "sent");
    } else if (strcmp(command, "urgent") == 0) {
        ssize_t sent = send_descriptor(connection, "!", 1, MSG_OOB);
        if (sent >= 0)
            sent = send(connection, text, strlen(text), MSG_NOSIGNAL);
        answer(sent < 0 ? sent : send(connection, "\n", 1, MSG_NOSIGNAL), "sent");
    } else if (strcmp(command, "long") == 0) {
        memset(many, 'x', sizeof many);
        answer(send(connection, many, atoi(text), MSG_NOSIGNAL), "sent");
    } else if (strcmp(command, "read") == 0)
        read_line();
    else if (strcmp(command, "close") == 0)
        answer(close(connection), "closed");
    else if (strcmp(command, "child") == 0) {
        child = fork();
        if (child == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            setsid();
            close(connection);
            say("%d", getpid());
            for (;;)
                pause();
        }
    } else if (strcmp(command, "kill") == 0) {
        kill(child, SIGKILL);
        answer(waitpid(child, NULL, 0), "killed");
    } else if (strcmp(command, "crowd") == 0)
        crowd(atoi(text));
    else if (strcmp(command, "churn") == 0) {
        for (int i = 0; i < atoi(text); i++) {
            int fd = open_connection();
            if (fd >= 0)
                send_descriptor(fd, "x", 1, 0);
            close(fd);
        }
        say("churned");
    } else
        say("what is %s?", command);
}

int main(int argc, char **argv)
{
    deadline();
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (argc < 2 || strlen(argv[1]) >= sizeof address.sun_path)
        return 100;
    strcpy(address.sun_path, argv[1]);
    if (argc > 2 && (setresgid(atoi(argv[2]), atoi(argv[2]), atoi(argv[2])) < 0 || setresuid(atoi(argv[2]), atoi(argv[2]), atoi(argv[2])) < 0))
        fail("setresuid");
    pid_t shim = fork();
    if (shim != 0) {
        close(0);
        close(1);
        return waitpid(shim, NULL, 0) < 0;
    }
    say("%d", getpid());
    static char line[8192];
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        char *text = strchr(line, ' ');
        if (text)
            *text++ = 0;
        obey(line, text ? text : "");
    }
    return 0;
}
