namespace MetaMcp.Init.EndToEnd.Vm;

[Collection(ContainerMachineTests.Name)]
public sealed class ContainerTests(ContainerMachine container)
{
    [Theory]
    [InlineData("docker")]
    [InlineData("podman")]
    public async Task The_exit_code_is_the_commands(string runtime)
    {
        var ended = await container.Run(runtime, "run", "--rm", "--network", "none", "small", "-v", "--", "/tests/exits", "5");
        Assert.Equal(5, ended.Code);
        Assert.Contains(ended.Lines, line => line.Text.Contains("exit code 5", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_pod_is_played()
    {
        await container.Machine.Write("/root/pod.yaml", """
            apiVersion: v1
            kind: Pod
            metadata: { name: trivial }
            spec:
              restartPolicy: Never
              containers:
              - { name: one, image: localhost/small, args: ["-v", "--", "/tests/exits", "5"] }
            """);
        await container.Succeed("podman", "kube", "play", "--network", "none", "/root/pod.yaml");
        Assert.Equal(["5"], (await container.Succeed("podman", "wait", "trivial-one")).Stdout);
        var logs = await container.Succeed("podman", "logs", "trivial-one");
        Assert.Contains(logs.Lines, line => line.Text.Contains("exit code 5", StringComparison.Ordinal));
        await container.Succeed("podman", "kube", "down", "/root/pod.yaml");
    }
}
