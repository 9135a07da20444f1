using MetaMcp.Init.Core.Output;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace MetaMcp.Init.Logging;

/// <summary>
/// <c>mcp-init | info  backend: ready</c>, in the column of the services' own lines. An exception follows on lines of its
/// own, marked <c>+</c> as every continued line is.
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

    /// <summary>A newline in a text would be the end of the line to everything that comes after the formatter.</summary>
    private static string OneLine(string text) => text.Replace("\n", "\\n", StringComparison.Ordinal);
}
