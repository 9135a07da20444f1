using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Window;

/// <summary>The places of the sockets, where the usual one cannot be.</summary>
public sealed class PlaceTests
{
    private const string Service = "[service.a]\ncommand = [\"%hang\"]";

    [Fact]
    public async Task Without_any_hint_the_init_of_the_container_is_found()
    {
        await using var container = await WindowContainer.Start(Service, setup => setup with { OwnNetwork = true });
        using var status = container.Begin(
            Operator.Root with { IsWithoutHint = true }, "/usr/bin/nsenter", "-t", "1", "-n", Files.Binary, "is-ready");
        Assert.Equal(0, await status.Code());
    }

    [Theory]
    [InlineData("", "/dev/shm/mcp-init")]
    [InlineData("mkdir /dev/shm/mcp-init; chown 65534 /dev/shm/mcp-init;", "@mcp-init/")]
    [InlineData("mkdir -m 777 /dev/shm/mcp-init;", "@mcp-init/")]
    [InlineData("ln -s /tmp /dev/shm/mcp-init;", "@mcp-init/")]
    [InlineData("mount -t tmpfs -o ro none /dev/shm;", "@mcp-init/")]
    public async Task Where_no_file_can_be_made_the_sockets_are_elsewhere_and_a_status_finds_them(string before, string place)
    {
        await using var container = await WindowContainer.Start(
            "[init]\nruntime_dir = \"/proc/nowhere\"\n" + Service,
            setup => setup with
            {
                OwnNetwork = true, Program = "/usr/bin/unshare",
                Arguments =
                [
                    "-m", "/bin/sh", "-c", $"mount -t tmpfs none /dev/shm && {{ {before} :; }}; exec \"$@\"", "sh", Files.Binary,
                    .. setup.Arguments,
                ],
            });
        Assert.Contains(container.Init.Lines, l => l.Text.Contains($"the sockets are in {place}", StringComparison.Ordinal));
        using var status = container.Begin(
            Operator.Root with { IsWithoutHint = true }, "/usr/bin/nsenter", "-t", "1", "-n", Files.Binary, "status");
        var output = await status.Rest();
        Assert.Contains("ready", output, StringComparison.Ordinal);
        Assert.Equal(0, await status.Code());
    }
}
