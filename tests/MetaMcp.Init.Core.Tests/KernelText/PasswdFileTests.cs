using System.Text;
using CsCheck;
using MetaMcp.Init.Core.KernelText;

namespace MetaMcp.Init.Core.Tests.KernelText;

public sealed class PasswdFileTests
{
    private static readonly byte[] File = Encoding.Latin1.GetBytes(
        """
        root:x:0:0:root:/root:/bin/bash
        # a comment
        +::::::
        :x:5:5::/:/bin/sh
        short:x:6:6:
        words:x:six:6::/:/bin/sh
        minus:x:-1:6::/:/bin/sh
        nobody32:x:4294967295:6::/:/bin/sh
        huge:x:99999999999999999999:6::/:/bin/sh
        long:x:7:7::/:/bin/sh:more
        node:x:1000:1000:Node, of course:/home/node:/bin/bash
        node:x:1:1:a second one:/:/bin/sh
        björn:x:1002:1002::/home/björn:
        last:x:1003:1003::/home/last:/bin/sh
        """);

    [Fact]
    public void A_user_is_found_by_name_and_by_number()
    {
        var node = new PasswdEntry("node", 1000, 1000, "/home/node", "/bin/bash");
        Assert.Equal(node, PasswdFile.FindByName(File, "node"));
        Assert.Equal(node, PasswdFile.FindByUid(File, 1000));
        Assert.Equal(0u, PasswdFile.FindByName(File, "root")!.Uid);
    }

    [Fact]
    public void The_last_line_needs_no_newline_and_fields_may_be_empty()
    {
        Assert.Equal(1003u, PasswdFile.FindByName(File, "last")!.Uid);
        Assert.Equal("", PasswdFile.FindByName(File, "björn")!.Shell);
    }

    [Theory]
    [InlineData("/bin/bash", "/bin/bash")]
    [InlineData("", "/bin/sh")]
    [InlineData("/usr/sbin/nologin", null)]
    [InlineData("/sbin/nologin", null)]
    [InlineData("/bin/false", null)]
    [InlineData("/opt/x/false", null)]
    [InlineData("nologin", null)]
    [InlineData("/bin/falsehood", "/bin/falsehood")]
    public void A_shell_that_is_there_to_refuse_logins_is_none(string shell, string? login) =>
        Assert.Equal(login, new PasswdEntry("a", 1, 1, "/", shell).LoginShell);

    [Theory]
    [InlineData("")]
    [InlineData("+")]
    [InlineData("short")]
    [InlineData("words")]
    [InlineData("minus")]
    [InlineData("nobody32")]
    [InlineData("huge")]
    [InlineData("long")]
    [InlineData("nod")]
    [InlineData("node:x")]
    public void A_line_that_is_no_user_is_passed_over(string name) => Assert.Null(PasswdFile.FindByName(File, name));

    [Fact]
    public void A_zero_byte_hides_nothing() =>
        Assert.Null(PasswdFile.FindByName(Encoding.Latin1.GetBytes("a:x:1:1::/home/\0evil:/bin/sh\n"), "a"));

    [Fact]
    public void Garbage_around_a_line_does_not_hide_it() => Gen.Byte.Array.Sample(
        garbage =>
        {
            byte[] file = [.. garbage, .. "\n~~user~~:x:5:6::/:/bin/sh\n"u8, .. garbage];
            Assert.Equal(5u, PasswdFile.FindByName(file, "~~user~~")!.Uid);
        },
        iter: 2_000);
}
