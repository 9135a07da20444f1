using System.Diagnostics;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Verbs;

/// <summary>Our binary called as npx or uvx, without an mcp-init that runs: then everything is executed as it is.</summary>
public sealed class InterceptTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public InterceptTests()
    {
        foreach (var directory in (string[])["links", "real", "lib", "run"])
            Directory.CreateDirectory(_scratch[directory]);
        File.CreateSymbolicLink(_scratch["links/npx"], Files.Binary);
        File.CreateSymbolicLink(_scratch["links/uvx"], Files.Binary);
        File.CreateSymbolicLink(_scratch["links/mcp-init"], Files.Binary);
        // As npm's own npx is: a link to a script that finds its files by its real path.
        Script("lib/npx-cli", "echo \"$(basename \"$0\") of $(dirname \"$(readlink -f \"$0\")\"), PATH=$PATH:\" \"$@\"");
        File.CreateSymbolicLink(_scratch["real/npx"], "../lib/npx-cli");
    }

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task What_starts_no_package_is_executed_as_it_is()
    {
        var path = $"{_scratch["links"]}:{_scratch["real"]}:/usr/bin:/bin";
        foreach (var words in (string[][])[["--version"], ["-c", "x y"], ["-p", "a", "-p", "b", "c"], []])
        {
            var (exit, output, error) = await Call("links/npx", path, words);
            Assert.Equal((0, ""), (exit, error));
            Assert.Equal($"npx of {_scratch["lib"]}, PATH={path}: {string.Join(' ', words)}".TrimEnd(), output.TrimEnd());
        }
    }

    [Fact]
    public async Task What_is_launched_finds_the_real_programs()
    {
        var path = $"{_scratch["links"]}:{_scratch["real"]}:/usr/bin:/bin";
        var (exit, output, _) = await Call("links/npx", path, "-y", "pkg", "a b");
        Assert.Equal(0, exit);
        Assert.Equal($"npx of {_scratch["lib"]}, PATH={_scratch["real"]}:/usr/bin:/bin: -y pkg a b", output.TrimEnd());
    }

    [Fact]
    public async Task A_link_without_a_real_program_behind_it_says_so()
    {
        var (exit, output, error) = await Call("links/uvx", $"{_scratch["links"]}:{_scratch["real"]}", "pkg");
        Assert.Equal((127, "", "mcp-init: uvx: PATH has no uvx beside the links to mcp-init\n"), (exit, output, error));
    }

    [Fact]
    public async Task An_install_keeps_the_original_beside_the_link_and_is_undone()
    {
        Script("real/uvx", "test -e \"$(dirname \"$(readlink -f \"$0\")\")\"/uv && echo \"$(basename \"$0\") has its uv\"");
        Script("real/uv", "");
        var path = $"{_scratch["real"]}:/usr/bin:/bin";
        // The program of the installation, which every user can execute.
        File.Copy(Files.Binary, _scratch["run/mcp-init"]);
        for (var time = 0; time < 2; time++)
        {
            var (exit, output, error) = await Call("run/mcp-init", _scratch["real"], "intercept", "--install", "npx", "uvx");
            Assert.True((exit, error) == (0, ""), output + error);
            Assert.Equal(_scratch["run/mcp-init"], new FileInfo(_scratch["real/npx"]).LinkTarget);
            Assert.Contains(time == 0 ? "starts servers through mcp-init now" : "installed already", output, StringComparison.Ordinal);
        }
        var (_, plain, _) = await Call("real/npx", path, "--version");
        Assert.Equal($"npx of {_scratch["lib"]}, PATH={path}: --version", plain.TrimEnd());
        var (_, launched, _) = await Call("real/npx", path, "pkg");
        Assert.Equal($"npx of {_scratch["lib"]}, PATH={_scratch["real/mcp-init-originals"]}:{path}: pkg", launched.TrimEnd());
        var (_, uvx, _) = await Call("real/uvx", path, "--version");
        Assert.Equal("uvx has its uv", uvx.TrimEnd());
        // Through links of ours that come before: the same original.
        var (_, both, _) = await Call("links/npx", $"{_scratch["links"]}:{path}", "pkg");
        Assert.Equal($"npx of {_scratch["lib"]}, PATH={_scratch["real/mcp-init-originals"]}:{path}: pkg", both.TrimEnd());
        // Nor does launch start itself again through them.
        foreach (var program in (string[])["npx", _scratch["real/npx"]])
        {
            var (_, given, _) = await Call("run/mcp-init", $"{_scratch["links"]}:{path}", "launch", "memory", "--", program, "pkg");
            Assert.Equal($"npx of {_scratch["lib"]}, PATH={_scratch["real/mcp-init-originals"]}:{path}: pkg", given.TrimEnd());
        }

        var (undone, _, _) = await Call("run/mcp-init", _scratch["real"], "intercept", "--uninstall", "npx", "uvx");
        Assert.Equal(0, undone);
        Assert.Equal("../lib/npx-cli", new FileInfo(_scratch["real/npx"]).LinkTarget);
        Assert.Equal(["npx", "uv", "uvx"], Directory.GetFileSystemEntries(_scratch["real"]).Select(Path.GetFileName).Order());
        Assert.Null(new FileInfo(_scratch["real/uvx"]).LinkTarget);
    }

    [Theory]
    [InlineData(100, "usage: mcp-init intercept --install", "intercept")]
    [InlineData(100, "unknown option \"--instal\"", "intercept", "--instal")]
    [InlineData(100, "only one of them can be", "intercept", "--install", "--uninstall")]
    [InlineData(100, "\"node\" cannot be intercepted", "intercept", "--install", "node")]
    [InlineData(1, "there is no uvx in PATH; install it first", "intercept", "--install", "uvx")]
    public async Task A_wrong_call_says_what_to_do(int code, string message, params string[] words)
    {
        File.Copy(Files.Binary, _scratch["run/mcp-init"]);
        var (exit, _, error) = await Call("run/mcp-init", _scratch["real"], words);
        Assert.Equal(code, exit);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    private void Script(string name, string line)
    {
        _scratch.Write(name, $"#!/bin/sh\n{line}\n");
        File.SetUnixFileMode(_scratch[name], (UnixFileMode)0x1ED);
    }

    private async Task<(int Exit, string Output, string Error)> Call(string program, string path, params string[] words)
    {
        var start = new ProcessStartInfo(_scratch[program], words) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = path;
        start.Environment["MCP_INIT_RUNTIME_DIR"] = _scratch["run"];
        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(Patience.Usual);
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var error = process.StandardError.ReadToEndAsync(deadline.Token);
        await process.WaitForExitAsync(deadline.Token);
        return (process.ExitCode, await output, await error);
    }
}
