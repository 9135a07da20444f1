using MetaMcp.Init.EndToEnd.Harness;
using MetaMcp.Init.Intercept;
using MetaMcp.Init.Spawning;

namespace MetaMcp.Init.Tests.Intercept;

public sealed class ShimDirectoryTests : IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly ShimDirectory _shims;

    public ShimDirectoryTests()
    {
        Directory.CreateDirectory(_scratch["bin"]);
        File.Copy(Files.Binary, _scratch["bin/mcp-init"]);
        // As /proc/self/exe is: a link to the file that runs.
        File.CreateSymbolicLink(_scratch["exe"], _scratch["bin/mcp-init"]);
        SelfExecutable.Path = _scratch["exe"];
        _shims = new ShimDirectory(_scratch["run"]);
    }

    public void Dispose()
    {
        SelfExecutable.Path = Files.Binary;
        _scratch.Dispose();
    }

    [Fact]
    public void Each_name_is_a_link_to_our_binary_in_a_directory_for_everyone()
    {
        Assert.Null(_shims.Apply(["npx", "uvx"]));
        Assert.Equal(["mcp-init", "npx", "uvx"], Names());
        Assert.All(Names(), name => Assert.Equal(_scratch["bin/mcp-init"], new FileInfo($"{_shims.Path}/{name}").LinkTarget));
        Assert.Equal((UnixFileMode)0x1ED, File.GetUnixFileMode(_shims.Path));
        Assert.Equal((UnixFileMode)0x1C9, File.GetUnixFileMode(_scratch["run"]));
        Assert.Null(_shims.Apply(["npx", "uvx"]));
        Assert.Equal(["mcp-init", "npx", "uvx"], Names());
    }

    [Fact]
    public void A_name_that_is_no_longer_intercepted_goes_and_without_any_the_directory()
    {
        Assert.Null(_shims.Apply(["npx", "uvx"]));
        Assert.Null(_shims.Apply(["uvx"]));
        Assert.Equal(["mcp-init", "uvx"], Names());
        Assert.Null(_shims.Apply([]));
        Assert.False(Directory.Exists(_shims.Path));
        Assert.Null(_shims.Apply([]));
    }

    [Fact]
    public void A_binary_that_others_cannot_reach_is_copied()
    {
        File.SetUnixFileMode(_scratch["bin"], (UnixFileMode)0x1C0);
        Assert.Null(_shims.Apply(["npx"]));
        Assert.Equal("mcp-init", new FileInfo($"{_shims.Path}/npx").LinkTarget);
        Assert.Null(new FileInfo($"{_shims.Path}/mcp-init").LinkTarget);
        Assert.Equal((UnixFileMode)0x1ED, File.GetUnixFileMode($"{_shims.Path}/mcp-init"));
        Assert.Equal(new FileInfo(Files.Binary).Length, new FileInfo($"{_shims.Path}/mcp-init").Length);
        Assert.True(OwnBinary.Is($"{_shims.Path}/npx"));
    }

    [Fact]
    public void A_link_of_another_binary_is_replaced()
    {
        Assert.Null(_shims.Apply(["npx"]));
        File.Delete($"{_shims.Path}/npx");
        File.CreateSymbolicLink($"{_shims.Path}/npx", "/nowhere");
        Assert.Null(_shims.Apply(["npx"]));
        Assert.Equal(_scratch["bin/mcp-init"], new FileInfo($"{_shims.Path}/npx").LinkTarget);
    }

    [Fact]
    public void A_directory_that_others_may_write_to_is_not_used()
    {
        Directory.CreateDirectory(_shims.Path);
        File.SetUnixFileMode(_shims.Path, (UnixFileMode)0x1FF);
        Assert.Equal($"{_shims.Path} belongs to another user, or others may write to it", _shims.Apply(["npx"]));
        Assert.Empty(Names());
    }

    [Fact]
    public void A_place_where_no_directory_can_be_made_says_so()
    {
        _scratch.Write("run", "");
        Assert.Equal($"{_shims.Path}: Not a directory (ENOTDIR)", _shims.Apply(["npx"]));
    }

    private List<string> Names() => [.. Directory.GetFileSystemEntries(_shims.Path).Select(e => Path.GetFileName(e)!).Order()];
}
