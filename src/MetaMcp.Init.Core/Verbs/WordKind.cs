namespace MetaMcp.Init.Core.Verbs;

/// <summary>What a word of the command line names, which is what a shell can complete.</summary>
public enum WordKind
{
    /// <summary>Nothing that a shell knows: a number, a duration, an address.</summary>
    Text,
    File,
    Directory,

    /// <summary>A program of PATH.</summary>
    Command,

    /// <summary>A verb of the table.</summary>
    Verb,

    /// <summary>A service or server: the running mcp-init has the names.</summary>
    Service,

    /// <summary>A signal. Other spellings than those that are offered, such as <c>15</c>, are read too.</summary>
    Signal,
}
