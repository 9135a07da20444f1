using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.Tests.Launch;

/// <summary>A server begins with the signals of its client ignored and blocked that it would have without us, as with nohup.</summary>
public sealed class SignalTests : IDisposable
{
    /// <summary>No shell, which would take SIGCHLD for itself. It ends with that file.</summary>
    private static readonly string[] Look = ["sed", "-n", "/SigBlk/p;/SigIgn/{p;q}", "/proc/self/status"];

    private static readonly string[] Client =
    [
        "env", "--ignore-signal=HUP", "--ignore-signal=INT", "--ignore-signal=TSTP", "--ignore-signal=CHLD", "--block-signal=USR2",
    ];

    private readonly FakeInit _init = new();
    private readonly Scratch _scratch = new();

    public void Dispose()
    {
        _init.Dispose();
        _scratch.Dispose();
    }

    [Theory]
    [InlineData(ShimMode.Guard)]
    [InlineData(ShimMode.Exec)]
    public void Launched_it_has_those_of_its_client(ShimMode mode)
    {
        var (plain, behind) = Given();
        using var shim = ShimProcess.Start(_init.Directory, "pipe", ["memory", "--", .. Look], behind);
        using var connection = _init.Accept();
        _ = connection.Go(Grants.Usual with { Shim = mode });
        if (mode == ShimMode.Guard)
            connection.Send(new InitFrame.Ended(null));
        Assert.Equal(0, shim.ExitCode(out _));
        Assert.Equal(plain, shim.Stdout);
    }

    [Fact]
    public void Without_an_init_it_has_those_of_its_client()
    {
        var (plain, behind) = Given();
        using var shim = ShimProcess.Start(_scratch.FullName, "pipe", ["memory", "--", .. Look], behind);
        Assert.Equal(0, shim.ExitCode(out _));
        Assert.Equal(plain, shim.Stdout);
    }

    [Theory]
    [InlineData]
    [InlineData("package")]
    public void An_intercepted_npx_has_those_of_its_client(params string[] words)
    {
        File.WriteAllText(_scratch["npx"], "#!/usr/bin/env -S sed -n /SigBlk/p;/SigIgn/{p;q} /proc/self/status\n");
        File.SetUnixFileMode(_scratch["npx"], (UnixFileMode)0x1ED);
        var (plain, behind) = Given();
        string[] asNpx = [.. behind, "bash", "-c", "exec -a npx \"$0\" \"${@:2}\""];
        using var shim = ShimProcess.Start(_scratch.FullName, "pipe", words, asNpx, $"{_scratch.FullName}:/usr/bin:/bin");
        Assert.Equal(0, shim.ExitCode(out _));
        Assert.Equal(plain, shim.Stdout);
    }

    /// <summary>The lines of a server that the client starts itself.</summary>
    private (string Lines, string[] Behind) Given()
    {
        using var server = ShimProcess.Start(_scratch.FullName, "pipe", [], [.. Client, .. Look]);
        Assert.Equal(0, server.ExitCode(out _));
        Assert.Contains("SigIgn:\t0000000000090003\n", server.Stdout, StringComparison.Ordinal);
        Assert.Contains("SigBlk:\t0000000000000800\n", server.Stdout, StringComparison.Ordinal);
        return (server.Stdout, Client);
    }
}
