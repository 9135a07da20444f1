using System.Text;
using MetaMcp.Init.Core.Config;

namespace MetaMcp.Init.Core.Tests.Config;

public sealed class DiskReaderTests
{
    private static ConfigResult Read(string keys) =>
        ConfigReader.Read("f", Encoding.UTF8.GetBytes($"[limits]\n{keys}\n[service.a]\ncommand = ['a']\n"));

    [Fact]
    public void Paths_are_read_in_their_order()
    {
        var limits = Read("disk = ['/data', '/']\ndisk_warning = 70").Settings!.Limits;
        Assert.Equal(["/data", "/"], limits.Disk);
        Assert.Equal(70, limits.DiskWarning);
        Assert.Empty(Read("disk = []").Settings!.Limits.Disk);
        Assert.Empty(Read("").Settings!.Limits.Disk);
    }

    [Theory]
    [InlineData("disk = '/data'", "2:8: disk takes an array of strings, not a string; write disk = [\"/data\"]")]
    [InlineData("disk = [7]", "2:9: disk[0] takes a string, not a whole number; write \"7\"")]
    [InlineData("disk = ['/', 'data']", "2:14: disk[1] = \"data\" is no absolute path; write it from the root on, as \"/data\"")]
    [InlineData("disk = ['']", "2:9: disk[0] is empty; write disk[0] = \"/data\"")]
    [InlineData("disk = ['/data', '/data/']", "2:18: disk[1] = \"/data/\" is in disk twice; remove one of them")]
    [InlineData("disk = ['/', '/']", "2:14: disk[1] = \"/\" is in disk twice; remove one of them")]
    public void A_wrong_value_is_named(string keys, string expected) =>
        Assert.Equal(["f:" + expected], Read(keys).Diagnostics.Select(d => d.ToString()));

    [Fact]
    public void Sixteen_paths_are_the_most()
    {
        string Keys(int count) => $"disk = [{string.Join(", ", Enumerable.Range(0, count).Select(i => $"'/d{i}'"))}]";
        Assert.Equal(16, Read(Keys(16)).Settings!.Limits.Disk.Length);
        Assert.Equal("f:2:8: disk has 17 paths; it can have 16 at most", Assert.Single(Read(Keys(17)).Diagnostics).ToString());
    }

    [Fact]
    public void A_path_has_255_characters_at_most()
    {
        var path = "/" + new string('x', 254);
        Assert.Single(Read($"disk = ['{path}']").Settings!.Limits.Disk);
        Assert.Equal(
            "f:2:9: disk[0] has 256 characters; a path here can have 255 at most",
            Assert.Single(Read($"disk = ['{path}x']").Diagnostics).ToString());
    }
}
