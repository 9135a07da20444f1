using MetaMcp.Init.EndToEnd.Harness;
using MetaMcp.Init.EndToEnd.Vm;

namespace MetaMcp.Init.EndToEnd.Container;

/// <summary>
/// The files of container/ as they are shipped, in the machine, and the images and containers that are made of them there. The images
/// that they pull in real life exist in the machine under the same names (container/standin).
/// </summary>
internal sealed class MetaMcpImage(ContainerMachine container)
{
    /// <summary>Five starts of Node, and Postgres from nothing, in software emulation; the [startup] timeout ends first.</summary>
    public static readonly TimeSpan Startup = TimeSpan.FromMinutes(6);

    private const string Directory = "/root/repository";

    public static string Path(string name) => $"{Directory}/container/{name}";

    public static string Text(string name) => File.ReadAllText(System.IO.Path.Combine(Files.Root, "container", name));

    /// <summary>Makes <c>mcp-init</c>, the image of one file, and <c>metamcp-init</c> from it and MetaMCP's own.</summary>
    public Task Build(string engine) => container.Once($"metamcp-init in {engine}", () => Make(engine));

    private async Task Make(string engine)
    {
        foreach (var name in new[] { "Dockerfile", "metamcp/Dockerfile", "metamcp/mcp-init.toml", "metamcp/compose.yaml",
            "kubernetes/metamcp.yaml" })
            await container.Machine.Write(Path(name), Text(name));
        await container.Machine.Write($"{Directory}/.dockerignore", Text("../.dockerignore"));
        await container.Succeed("sh", "-c", $"mkdir -p {Directory}/out && cp /usr/local/bin/mcp-init {Directory}/out/");
        // Podman would copy the whole image for each instruction.
        string[] build = engine == "podman" ? [engine, "build", "--layers=false", "--quiet"] : [engine, "build", "--quiet"];
        await container.Succeed(
            [.. build, "--tag", "mcp-init", "--file", Path("Dockerfile"), "--target", "prebuilt", Directory], Startup);
        await container.Succeed([.. build, "--tag", "metamcp-init", Path("metamcp")], Startup);
    }

    /// <summary>Follows the output of a container, from its beginning to its end.</summary>
    public async Task<Speaker> Follow(string engine, string name) =>
        await container.Machine.Start(engine, "logs", "--follow", name);

    /// <summary>Waits until all services are ready, and checks that they came up in order.</summary>
    public static async Task ComesUpInOrder(Speaker log)
    {
        await log.WaitForLog("", "up after", limit: Startup);
        Assert.Equal(
            ["postgres-ready", "migrate", "backend", "frontend"],
            log.Lines.ServicesWith("started").Where(service => service != "mcp-init-serve"));
        Assert.True(log.Lines.IndexOfLog("postgres-ready", "completed") < log.Lines.IndexOfLog("migrate", "started"));
        Assert.True(log.Lines.IndexOfLog("migrate", "completed") < log.Lines.IndexOfLog("backend", "started"));
        Assert.True(log.Lines.IndexOfLog("backend", "ready after") < log.Lines.IndexOfLog("frontend", "started"));
    }

    /// <summary>Waits for the end, and checks that it was requested, in order, and a success.</summary>
    public static async Task EndsInOrder(Speaker log)
    {
        await log.WaitForExit(Patience.Long);
        Assert.Equal(
            ["frontend", "backend"], log.Lines.ServicesWith("stopping with SIGTERM").Where(service => service != "mcp-init-serve"));
        Assert.True(log.Lines.IndexOfLog("frontend", "stopped") < log.Lines.IndexOfLog("backend", "stopping"));
        Assert.False(log.Lines.HasLogged("", "SIGKILL"));
        var last = log.Lines.Last(line => line.Text.StartsWith("mcp-init ", StringComparison.Ordinal));
        Assert.Matches("down after .*, exit code 0$", last.Text);
    }
}
