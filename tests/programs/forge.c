// forge: writes what would look like other services' lines, were it passed on raw: line ends of every kind, escape
// sequences, a line without end, a line of the init's own. Then stays.
#include "common.h"

int main(void)
{
    deadline();
    static const char text[] =
        "plain\n"
        "carriage\rvictim | forged by return\n"
        "\033[2K\033[1Gvictim | forged by escape\n"
        "\033]0;title\007bell\n"
        "vertical\vtab\fform\n"
        "\302\205next line victim | forged by NEL\n"
        "\342\200\250separator victim | forged by LS\n"
        "mcp-init | info  victim: forged by name\n"
        "bad \377\376 bytes\n"
        "zero \0 byte\n"
        "unfinished";
    if (write(1, text, sizeof text - 1) < 0)
        fail("write");
    for (;;)
        pause();
}
