using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Config;

/// <summary>Gathers the errors of one file, so that all are shown at once.</summary>
internal sealed class Problems(string file)
{
    /// <summary>More than a person reads; a file of garbage must not cost memory without end.</summary>
    public const int Max = 100;

    private readonly List<Diagnostic> found = [];

    public string File => file;

    public bool IsFull => found.Count >= Max;

    public bool HasErrors { get; private set; }

    /// <summary>Set if text could not be parsed: a key that seems to be missing may stand in that text.</summary>
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

    private void Add(Diagnostic diagnostic)
    {
        if (!IsFull)
            found.Add(diagnostic);
    }
}
