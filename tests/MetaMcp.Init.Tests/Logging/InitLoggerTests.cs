using System.Text.Json;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Logging;
using MetaMcp.Init.Output;
using MetaMcp.Init.Tests.Output;
using Microsoft.Extensions.Logging;

namespace MetaMcp.Init.Tests.Logging;

public sealed partial class InitLoggerTests : IDisposable
{
    private readonly Connected _stderr = Connected.Pipe();
    private readonly OutputSink _sink;
    private readonly InitLogger _log;

    public InitLoggerTests()
    {
        _sink = OutputSink.Open(_stderr.Writer, "stderr");
        _log = new InitLogger(_sink);
    }

    public void Dispose()
    {
        _log.Dispose();
        _sink.Dispose();
        _stderr.Dispose();
    }

    [Fact]
    public void A_line_has_the_programs_name_the_level_and_the_text()
    {
        _log.Tell(Notices.ServiceReady.Of("backend", TimeSpan.FromMilliseconds(1236), 12));
        _log.Tell(Notices.ServiceFailed.Of("backend", "exit code 3"));
        Assert.Equal(
            "mcp-init | info  backend: ready after 1.24 s (pid 12)\n" +
            "mcp-init | error backend: failed: exit code 3\n",
            _stderr.Read());
    }

    [Fact]
    public void The_texts_stand_in_the_column_of_the_services()
    {
        _log.Settings = _log.Settings with { NameWidth = 10 };
        _log.Tell(Notices.ServiceStarted.Of("backend", 12));
        Assert.Equal("mcp-init   | info  backend: started (pid 12)\n", _stderr.Read());
    }

    [Fact]
    public void Messages_below_the_level_are_not_logged()
    {
        Assert.False(_log.IsEnabled(LogLevel.Debug));
        _log.Settings = _log.Settings with { Minimum = LogLevel.Warning };
        _log.Tell(Notices.ServiceStarted.Of("backend", 12));
        Assert.Equal("", _stderr.Read());
        _log.Settings = _log.Settings with { Minimum = LogLevel.Information };
        _log.Tell(Notices.ServiceStarted.Of("backend", 12));
        Assert.Equal("mcp-init | info  backend: started (pid 12)\n", _stderr.Read());
    }

    [Fact]
    public void A_text_cannot_forge_a_line_whatever_is_in_it()
    {
        _log.Tell(Notices.ServiceStarted.Of("x\nmcp-init | info  y\r\e[2K\u2028", 12));
        Assert.Equal("mcp-init | info  x\\nmcp-init | info  y\\r\\x1b[2K\\u2028: started (pid 12)\n", _stderr.Read());
    }

    [Fact]
    public void An_exception_follows_on_lines_that_are_marked()
    {
        LogBroken(_log, Thrown());
        var lines = _stderr.Read().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("mcp-init | error it broke", lines[0]);
        Assert.Equal("mcp-init + System.InvalidOperationException: no", lines[1]);
        Assert.All(lines[2..], line => Assert.StartsWith("mcp-init + ", line, StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains(nameof(Thrown), StringComparison.Ordinal));
    }

    [Fact]
    public void A_line_of_json_has_the_event_and_its_values()
    {
        _log.Settings = _log.Settings with { Format = LogFormat.Json };
        var before = DateTime.UtcNow;
        _log.Tell(Notices.OutputDropped.Of("back\"end\e\n", 1234L, "stderr"));
        _log.Tell(Notices.ServiceReady.Of("backend", TimeSpan.FromMilliseconds(1236), 12));
        var lines = _stderr.Read().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);

        using var dropped = JsonDocument.Parse(lines[0]);
        var line = dropped.RootElement;
        Assert.InRange(line.GetProperty("time").GetDateTime(), before, DateTime.UtcNow);
        Assert.Equal("warn", line.GetProperty("level").GetString());
        Assert.Equal(201, line.GetProperty("id").GetInt32());
        Assert.Equal("OutputDropped", line.GetProperty("event").GetString());
        Assert.Equal("back\"end\e\n: 1234 lines of stderr dropped, over its log_rate_limit", line.GetProperty("message").GetString());
        var values = line.GetProperty("values");
        Assert.Equal(["service", "lines", "stream"], values.EnumerateObject().Select(value => value.Name));
        Assert.Equal("back\"end\e\n", values.GetProperty("service").GetString());
        Assert.Equal(1234, values.GetProperty("lines").GetInt64());

        using var ready = JsonDocument.Parse(lines[1]);
        Assert.Equal(1.236, ready.RootElement.GetProperty("values").GetProperty("seconds").GetDouble());
    }

    [Fact]
    public void Json_of_an_event_without_values_and_with_an_exception_is_whole()
    {
        _log.Settings = _log.Settings with { Format = LogFormat.Json };
        LogBroken(_log, Thrown());
        using var json = JsonDocument.Parse(_stderr.Read());
        Assert.Equal("it broke", json.RootElement.GetProperty("message").GetString());
        Assert.Contains("InvalidOperationException", json.RootElement.GetProperty("exception").GetString(), StringComparison.Ordinal);
        Assert.False(json.RootElement.TryGetProperty("values", out _));
    }

    [Fact]
    public void A_log_without_a_reader_never_blocks() => Within.Seconds(20, () =>
    {
        for (var number = 0; number < 40_000; number++)
            _log.Tell(Notices.ServiceStarted.Of("backend", number));
        Assert.True(_sink.DroppedLines > 0);
    });

    [Fact]
    public void Nothing_is_made_of_a_notice_whose_level_is_off()
    {
        _log.Tell(Notices.OrphanReaped.Of(new Untold(), new Untold()));
        Assert.Throws<InvalidOperationException>(() => _log.Tell(Notices.Repaired.Of(new Untold())));
    }

    [LoggerMessage(1, LogLevel.Error, "it broke")]
    private static partial void LogBroken(ILogger log, Exception exception);

    private static InvalidOperationException Thrown()
    {
        try
        {
            throw new InvalidOperationException("no");
        }
        catch (InvalidOperationException exception)
        {
            return exception;
        }
    }

    private sealed class Untold
    {
        public override string ToString() => throw new InvalidOperationException("read");
    }
}
