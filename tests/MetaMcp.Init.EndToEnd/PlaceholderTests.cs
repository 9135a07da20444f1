namespace MetaMcp.Init.EndToEnd;

public sealed class PlaceholderTests
{
    [Fact]
    public void Runs() => Assert.NotEqual(0, Environment.ProcessId);
}
