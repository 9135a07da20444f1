using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Config;

/// <summary>Gathers what is wrong with one file, so that it is all said at once.</summary>
internal sealed class Problems(string file)
{
    /// <summary>Nobody reads more; a file of garbage must not cost memory without end.</summary>
    public const int Max = 100;

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

    private void Add(Diagnostic diagnostic)
    {
        if (!IsFull)
            found.Add(diagnostic);
    }
}
