using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Config;

public enum Severity { Error, Warning }

/// <summary>One message about a file, with its place: <c>mcp-init.toml:12:3: unknown key "comand"</c>.</summary>
public sealed record Diagnostic(Severity Severity, SourcePosition At, string Message)
{
    /// <summary>The form that editors and terminals turn into a link; a warning is marked as one.</summary>
    public override string ToString() => Placed(Severity == Severity.Warning ? $"warning: {Message}" : Message);

    /// <summary>The same without the mark: for the log, where the level of the line says that it is a warning.</summary>
    public string Unmarked => Placed(Message);

    private string Placed(string text) => At.ToString() is { Length: > 0 } at ? $"{at}: {text}" : text;

    /// <summary>In the order of the file, each once.</summary>
    internal static ImmutableArray<Diagnostic> Sort(IEnumerable<Diagnostic> diagnostics)
    {
        List<Diagnostic> sorted = [.. diagnostics];
        sorted.Sort((a, b) => a.At.CompareTo(b.At) is not 0 and var order ? order : string.CompareOrdinal(a.Message, b.Message));
        List<Diagnostic> once = [];
        foreach (var diagnostic in sorted)
            if (once.Count == 0 || once[^1] != diagnostic)
                once.Add(diagnostic);
        return [.. once];
    }
}
