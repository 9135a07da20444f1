// A descriptor whose last close takes as long as it was told.
#pragma once
#include "common.h"
#include <netinet/in.h>

// A TCP socket with SO_LINGER, full of bytes that its peer never reads.
static inline int lingering(int seconds)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof a;
    int listener = socket(AF_INET, SOCK_STREAM, 0), fd = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (void *)&a, sizeof a) < 0 || listen(listener, 1) < 0 || getsockname(listener, (void *)&a, &size) < 0 ||
        connect(fd, (void *)&a, sizeof a) < 0)
        fail("loopback");
    struct linger wait = {1, seconds};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &wait, sizeof wait);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    static char filling[1 << 20];
    while (write(fd, filling, sizeof filling) > 0)
        continue;
    fcntl(fd, F_SETFL, 0);
    return fd;
}
