using System.Diagnostics.CodeAnalysis;
using MetaMcp.Init.Output;
using Microsoft.Extensions.Logging;

namespace MetaMcp.Init.Logging;

/// <summary>
/// The logger of PID 1. The factory and its provider are made when a message is first logged, so a container that logs nothing never
/// pays for them. There is no thread, no queue and no handle to the runtime's console; a line goes into the sink, which never blocks.
/// </summary>
internal sealed class InitLogger(OutputSink sink) : ILogger, IDisposable
{
    private LoggerFactory? _factory;
    private ILogger? _logger;

    /// <summary>May be set again when the file has been read; later messages follow it.</summary>
    public LogSettings Settings
    {
        get;
        set
        {
            field = value;
            Dispose();
        }
    } = LogSettings.Default;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= Settings.Minimum;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        var values = state as IReadOnlyList<KeyValuePair<string, object?>> ?? [];
        var record = new LogRecord(formatter(state, exception), values);
        (_logger ??= Make()).Log(logLevel, eventId, record, exception, static (logged, _) => logged.Message);
    }

    /// <summary>There are no scopes: one thread does one thing at a time, and each text names its subject.</summary>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Dispose()
    {
        _factory?.Dispose();
        _factory = null;
        _logger = null;
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The provider holds nothing but memory.")]
    private ILogger Make()
    {
        _factory = new LoggerFactory(
            [new SinkLoggerProvider(sink, Settings)], new LoggerFilterOptions { MinLevel = Settings.Minimum });
        return _factory.CreateLogger(Core.Output.LineFormat.OwnName);
    }
}
