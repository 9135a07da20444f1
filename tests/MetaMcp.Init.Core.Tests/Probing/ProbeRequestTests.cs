using MetaMcp.Init.Core.Probing;

namespace MetaMcp.Init.Core.Tests.Probing;

public sealed class ProbeRequestTests
{
    [Fact]
    public void Http_takes_the_usual_range_and_ten_seconds()
    {
        var request = Assert.IsType<ProbeRequest.Http>(Parse("http http://localhost:1/x"));
        Assert.Equal(new StatusRange(200, 399), request.Expected);
        Assert.Equal(TimeSpan.FromSeconds(10), request.Timeout);
        Assert.Equal("http://localhost:1/x", request.Subject);
    }

    [Theory]
    [InlineData("--timeout 500ms --expect 204 http http://h/")]
    [InlineData("http --timeout=500ms http://h/ --expect=204")]
    [InlineData("http http://h/ --expect 204-204 --timeout 1s --timeout 0.5s")]
    public void Options_stand_anywhere(string line)
    {
        var request = Assert.IsType<ProbeRequest.Http>(Parse(line));
        Assert.Equal(new StatusRange(204, 204), request.Expected);
        Assert.Equal(TimeSpan.FromMilliseconds(500), request.Timeout);
    }

    [Fact]
    public void Tcp_takes_a_host_and_its_port() =>
        Assert.Equal(new HostAndPort("::1", 5432), Assert.IsType<ProbeRequest.Tcp>(Parse("tcp [::1]:5432")).Address);

    [Fact]
    public void Unix_takes_a_path() =>
        Assert.Equal("/run/x.sock", Assert.IsType<ProbeRequest.Unix>(Parse("unix /run/x.sock")).Path);

    [Fact]
    public void Mcp_takes_a_url()
    {
        var request = Assert.IsType<ProbeRequest.Mcp>(Parse("mcp http://localhost:3001/mcp --timeout 2s --cgroup /x"));
        Assert.Equal("/mcp", request.Target.PathAndQuery);
        Assert.Equal(TimeSpan.FromSeconds(2), request.Timeout);
        Assert.Equal("mcp http://localhost:3001/mcp", request.Subject);
        Assert.Equal("/x", request.Cgroup);
    }

    [Theory]
    [InlineData("exec -- check --timeout 1s -- -q")]
    [InlineData("exec --timeout 5s -- check --timeout 1s -- -q")]
    [InlineData("--timeout=5s exec -- check --timeout 1s -- -q")]
    public void Exec_takes_a_command_behind_two_dashes(string line)
    {
        var request = Assert.IsType<ProbeRequest.Exec>(Parse(line));
        Assert.Equal(["check", "--timeout", "1s", "--", "-q"], request.Command);
        Assert.Equal(line.Contains("5s", StringComparison.Ordinal) ? 5 : 10, request.Timeout.TotalSeconds);
        Assert.Equal("exec check", request.Subject);
    }

    [Theory]
    [InlineData("", "say what")]
    [InlineData("exec", "behind --")]
    [InlineData("exec --", "behind --")]
    [InlineData("exec check", "behind --")]
    [InlineData("exec --expect 200 -- check", "behind --")]
    [InlineData("tcp -- host:80", "unknown option --")]
    [InlineData("mcp", "needs a target")]
    [InlineData("mcp localhost:3001", "http://")]
    [InlineData("mcp https://h/mcp", "TLS")]
    [InlineData("mcp http://h/mcp --expect 200", "http only")]
    [InlineData("ping host", "ping")]
    [InlineData("http", "needs a target")]
    [InlineData("tcp host", "no port")]
    [InlineData("tcp host:80 other:80", "second")]
    [InlineData("tcp host:80 --expect 200", "http only")]
    [InlineData("http http://h/ --expect 99", "--expect 99")]
    [InlineData("http http://h/ --expect 103", "--expect 103")]
    [InlineData("http http://h/ --expect 101-200", "--expect 101-200")]
    [InlineData("http http://h/ --expect 300-200", "300-200")]
    [InlineData("http http://h/ --expect -200", "-200")]
    [InlineData("http http://h/ --timeout", "needs a value")]
    [InlineData("http http://h/ --timeout 0", "--timeout 0")]
    [InlineData("http http://h/ --timeout 10", "--timeout 10")]
    [InlineData("http http://h/ --verbose", "--verbose")]
    [InlineData("http https://h/", "TLS")]
    public void Bad_usage_is_refused_with_the_reason(string line, string reason)
    {
        Assert.Null(ProbeRequest.Parse(Words(line), out var error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_longer_than_a_socket_may_have_is_refused()
    {
        Assert.NotNull(ProbeRequest.Parse(["unix", new string('a', 107)], out _));
        Assert.Null(ProbeRequest.Parse(["unix", new string('a', 108)], out _));
    }

    private static ProbeRequest? Parse(string line) => ProbeRequest.Parse(Words(line), out _);

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
