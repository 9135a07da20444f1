using System.Collections.Immutable;
using System.Text;

namespace MetaMcp.Init.Core.Config;

/// <summary>Gathers what is wrong with one file, so that it is all said at once.</summary>
internal sealed class Problems(string file)
{
    /// <summary>Nobody reads more; a file of garbage must not cost memory without end.</summary>
    public const int Max = 100;

    private const int LongestName = 60;

    private readonly List<Diagnostic> found = [];

    public string File => file;

    public bool IsFull => found.Count >= Max;

    public bool HasErrors { get; private set; }

    /// <summary>Set where text could not be made sense of: what is missing then may be what was not understood.</summary>
    public bool HasSyntaxErrors { get; private set; }

    public void Syntax(SourcePosition at, string message)
    {
        HasSyntaxErrors = true;
        Error(at, message);
    }

    public void Error(SourcePosition at, string message)
    {
        HasErrors = true;
        Add(new Diagnostic(Severity.Error, at, message));
    }

    public void Warning(SourcePosition at, string message) => Add(new Diagnostic(Severity.Warning, at, message));

    public ImmutableArray<Diagnostic> Sorted() => Diagnostic.Sort(found);

    /// <summary>A word of the file for a message: quoted, printable, never so long that it hides the message.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, LongestName)))
        {
            if (c is '"' or '\\')
                quoted.Append('\\').Append(c);
            else if (char.IsControl(c) || c is '\u2028' or '\u2029')
                quoted.Append("\\u").Append(((int)c).ToString("x4"));
            else if (!char.IsSurrogate(c))
                quoted.Append(c);
        }
        return quoted.Append(text.Length > LongestName ? "…\"" : "\"").ToString();
    }

    private void Add(Diagnostic diagnostic)
    {
        if (!IsFull)
            found.Add(diagnostic);
    }
}
