using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Planning;

public sealed class LaunchSignatureTests
{
    private static readonly ServiceSettings Service = new() { Name = "a", Command = ["x"] };

    [Fact]
    public void The_streams_of_a_process_are_part_of_how_it_was_started()
    {
        Assert.True(LaunchSignature.AreSame(Service, Service with { }));
        Assert.False(LaunchSignature.AreSame(Service, Service with { Stdin = StdinMode.Inherit }));
        Assert.False(LaunchSignature.AreSame(Service, Service with { Log = OutputMode.Inherit }));
        Assert.False(LaunchSignature.AreSame(Service, Service with { LogRateLimit = Service.LogRateLimit! with { Burst = 7 } }));
        Assert.True(LaunchSignature.AreSame(
            Service, Service with { LogRateLimit = new LineRate(1000, TimeSpan.FromSeconds(1)) { Burst = 10_000 } }));
    }
}
