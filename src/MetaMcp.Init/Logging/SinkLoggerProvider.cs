using System.Buffers;
using System.Text;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Output;
using MetaMcp.Init.Output;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace MetaMcp.Init.Logging;

/// <summary>
/// Carries the output of a <see cref="ConsoleFormatter"/> into an <see cref="OutputSink"/>. It replaces the console provider, whose
/// queue has a thread and blocks the caller when stdout is a full pipe.
/// </summary>
internal sealed class SinkLoggerProvider : ILoggerProvider, ILogger
{
    private readonly OutputSink _sink;
    private readonly ConsoleFormatter _formatter;
    private readonly bool _hasOwnTime;
    private readonly StringWriter _writer = new();
    private readonly ArrayBufferWriter<byte> _lines = new();

    public SinkLoggerProvider(OutputSink sink, LogSettings settings)
    {
        _sink = sink;
        _hasOwnTime = settings.Format == LogFormat.Json;
        _formatter = settings.Format == LogFormat.Json ? new JsonLogFormatter() : new TextLogFormatter(settings.NameWidth);
    }

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var entry = new LogEntry<TState>(logLevel, LineFormat.OwnName, eventId, state, exception, formatter);
        _formatter.Write(entry, null, _writer);
        Send();
    }

    public void Dispose() => _writer.Dispose();

    /// <summary>
    /// A log text may contain text of a service, a file or a path, so it is made as safe as a service's output: newlines come from
    /// the formatter only, and every other character that could repaint a line is escaped here.
    /// </summary>
    private void Send()
    {
        var text = _writer.GetStringBuilder();
        var bytes = Encoding.UTF8.GetBytes(text.ToString()).AsSpan();
        text.Clear();
        var time = _hasOwnTime ? LineTime.None : _sink.Clock.Now;
        while (bytes.IndexOf((byte)'\n') is >= 0 and var newline)
        {
            time.AppendTo(_lines);
            LineSanitizer.Append(bytes[..newline], _lines);
            _lines.Write("\n"u8);
            bytes = bytes[(newline + 1)..];
        }
        _ = _sink.TryWrite(_lines.WrittenSpan);
        _lines.ResetWrittenCount();
    }
}
