using MetaMcp.Init.Core.Output;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace MetaMcp.Init.Logging;

/// <summary>
/// <c>mcp-init | info  backend: ready</c>, in the column of the services' own lines. An exception follows on lines of its own, marked
/// <c>+</c> like every continued line.
/// </summary>
internal sealed class TextLogFormatter(int nameWidth) : ConsoleFormatter("mcp-init-text")
{
    private readonly string _name = LineFormat.OwnName.PadRight(nameWidth);

    public override void Write<TState>(
        in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        textWriter.Write(_name);
        textWriter.Write(" | ");
        textWriter.Write(LogLevels.Padded(logEntry.LogLevel));
        textWriter.Write(' ');
        textWriter.Write(OneLine(logEntry.Formatter(logEntry.State, logEntry.Exception)));
        textWriter.Write('\n');
        if (logEntry.Exception is null)
            return;
        foreach (var line in logEntry.Exception.ToString().Split('\n'))
        {
            textWriter.Write(_name);
            textWriter.Write(" + ");
            textWriter.Write(line);
            textWriter.Write('\n');
        }
    }

    /// <summary>Every later step would take a newline in a text for the end of the line.</summary>
    private static string OneLine(string text) => text.Replace("\n", "\\n", StringComparison.Ordinal);
}
