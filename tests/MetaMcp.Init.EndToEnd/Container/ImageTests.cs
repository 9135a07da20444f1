using MetaMcp.Init.EndToEnd.Vm;

namespace MetaMcp.Init.EndToEnd.Container;

[Collection(ContainerMachineTests.Name)]
public sealed class ImageTests(ContainerMachine container)
{
    [Fact]
    public async Task The_image_is_one_file_to_copy_from()
    {
        await new MetaMcpImage(container).Build("docker");
        await container.Machine.Write("/root/copy/Dockerfile", """
            FROM scratch
            COPY --from=mcp-init /mcp-init /usr/local/bin/mcp-init
            ENTRYPOINT ["/usr/local/bin/mcp-init"]
            """);
        await container.Succeed("docker", "build", "--quiet", "--tag", "copy", "/root/copy");
        var original = await container.Succeed("docker", "run", "--rm", "--network", "none", "mcp-init", "--version");
        var copy = await container.Succeed("docker", "run", "--rm", "--network", "none", "copy", "--version");
        Assert.Equal(original.Stdout, copy.Stdout);
        // The files of the image itself; the engine adds mount points to a container's root.
        var files = await container.Succeed(
            "sh", "-c", "docker save mcp-init | tar -x -O --wildcards '*/layer.tar' | tar -t");
        Assert.Equal(["mcp-init"], files.Stdout);
    }
}
