using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary><c>[launch] intercept</c>: what services find in their PATH.</summary>
public sealed class InterceptTests
{
    private const string Services = """
        [service.gateway]
        type = "oneshot"
        command = ["sh", "-c", "echo path $PATH; npx --version"]
        environment = { PATH = "%/real:/usr/bin:/bin" }
        [service.own]
        type = "oneshot"
        command = ["npx", "own"]
        environment = { PATH = "%/real:/usr/bin:/bin" }
        """;

    [Fact]
    public async Task The_links_come_first_in_the_PATH_of_services_and_lead_to_the_real_program()
    {
        using var files = new Installation("[launch]\nintercept = [\"npx\"]\n" + Services);
        Npx(files);
        var ended = await files.Run();
        Assert.Equal(0, ended.Code);
        Assert.Contains($"gateway  | path {files["run"]}/shims:{files["real"]}:/usr/bin:/bin", ended.Stdout);
        Assert.Contains("gateway  | real --version", ended.Stdout);
        // A service whose command is npx is a service, and no server.
        Assert.Contains("own      | real own", ended.Stdout);
    }

    [Fact]
    public async Task Without_the_key_nothing_is_put_in_the_way()
    {
        using var files = new Installation(Services);
        Npx(files);
        var ended = await files.Run();
        Assert.Contains($"gateway  | path {files["real"]}:/usr/bin:/bin", ended.Stdout);
        Assert.False(Directory.Exists(files["run/shims"]));
    }

    [Fact]
    public async Task A_directory_that_cannot_be_made_is_a_warning()
    {
        using var files = new Installation("[launch]\nintercept = [\"npx\"]\n" + Services);
        Npx(files);
        _ = Directory.CreateDirectory(files["run"]);
        await Write(files["run/shims"], "");
        var ended = await files.Run();
        Assert.Equal(0, ended.Code);
        Assert.Contains(ended.Stderr, line =>
            line.Contains($"[launch] intercept: {files["run"]}/shims belongs to another user, or others", StringComparison.Ordinal) &&
            line.Contains("; npx start without launch", StringComparison.Ordinal));
        Assert.Contains("gateway  | real --version", ended.Stdout);
    }

    [Fact]
    public async Task Where_the_sockets_are_elsewhere_the_links_are_with_them()
    {
        using var files = new Installation("[launch]\nintercept = [\"npx\"]\n" + Services);
        Npx(files);
        // A file in the place of the directory.
        files.Open("run");
        var ended = await files.Run();
        Assert.Equal(0, ended.Code);
        Assert.Contains($"gateway  | path /dev/shm/mcp-init/shims:{files["real"]}:/usr/bin:/bin", ended.Stdout);
        Assert.Contains("gateway  | real --version", ended.Stdout);
    }

    /// <summary>As npm leaves it in its cache; the registry is not asked, so there is none.</summary>
    [Fact]
    public async Task A_package_of_npms_cache_is_launched_and_started_itself()
    {
        using var files = new Installation("""
            [launch]
            intercept = ["npx"]
            [service.gateway]
            type = "oneshot"
            command = ["sh", "-c", "npx -y @small/says-it one </dev/null"]
            environment = { HOME = "%/home", PATH = "/usr/local/bin:/usr/bin:/bin" }
            """);
        var cached = files["home/.npm/_npx/4d561e3cd363097a"];
        Directory.CreateDirectory($"{cached}/node_modules/@small/says-it");
        Directory.CreateDirectory($"{cached}/node_modules/.bin");
        await Write($"{cached}/package.json", """{"dependencies":{"@small/says-it":"^1.2.3"},"_npx":{"packages":["@small/says-it"]}}""");
        await Write($"{cached}/node_modules/.package-lock.json", "{}");
        await Write($"{cached}/node_modules/@small/says-it/package.json",
            """{"name":"@small/says-it","version":"1.2.3","bin":{"says-it":"index.js"}}""");
        await Write($"{cached}/node_modules/@small/says-it/index.js",
            "#!/usr/bin/env node\nconsole.log(process.argv.slice(1).join(), process.env.npm_lifecycle_event, process.env.PATH)\n");
        File.CreateSymbolicLink($"{cached}/node_modules/.bin/says-it", "../@small/says-it/index.js");
        var ended = await files.Run();
        Assert.Equal(0, ended.Code);
        var said = Assert.Single(ended.Stdout, line => line.StartsWith("gateway  | ", StringComparison.Ordinal));
        Assert.StartsWith(
            $"gateway  | {cached}/node_modules/.bin/says-it,one npx {cached}/node_modules/.bin:", said, StringComparison.Ordinal);
        Assert.DoesNotContain(files["run"], said, StringComparison.Ordinal);
        Assert.Contains(ended.Stderr, line => line.Contains("small-says-it@2: launched by gateway", StringComparison.Ordinal));
        Assert.Contains(ended.Stderr, line => line.EndsWith(
            $"small-says-it@2: npx is left out: {cached}/node_modules/.bin/says-it", StringComparison.Ordinal));
    }

    private static async Task Write(string path, string text)
    {
        await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
        File.SetUnixFileMode(path, (UnixFileMode)0x1ED);
    }

    private static void Npx(Installation files)
    {
        Directory.CreateDirectory(files["real"]);
        File.WriteAllText(files["real/npx"], "#!/bin/sh\necho real \"$@\"\n");
        File.SetUnixFileMode(files["real/npx"], (UnixFileMode)0x1ED);
    }
}
