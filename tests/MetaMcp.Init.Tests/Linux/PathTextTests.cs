using System.Text;
using MetaMcp.Init.Filesystem;

namespace MetaMcp.Init.Tests.Linux;

public sealed class PathTextTests
{
    [Theory]
    [InlineData(new byte[] { (byte)'a', 0xff, (byte)'b' })]
    [InlineData(new byte[] { 0xc3, 0x28 })]
    [InlineData(new byte[] { 0xed, 0xb2, 0x80 })]
    [InlineData(new byte[] { 0x80 })]
    public void Bytes_that_are_no_text_come_out_as_they_went_in(byte[] name) => Assert.Equal(name, Back(PathText.From(name)));

    [Theory]
    [InlineData("plain/cgroup.procs")]
    [InlineData("größe/名/😀/x")]
    [InlineData("")]
    public void Text_is_utf_8(string path)
    {
        Assert.Equal(Encoding.UTF8.GetBytes(path), Back(path));
        Assert.Equal(path, PathText.From(Encoding.UTF8.GetBytes(path)));
    }

    private static byte[] Back(string path)
    {
        var bytes = PathText.Terminated(path, new byte[4]);
        return bytes[..bytes.IndexOf((byte)0)].ToArray();
    }
}
