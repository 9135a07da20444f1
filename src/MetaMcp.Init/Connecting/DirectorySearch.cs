namespace MetaMcp.Init.Connecting;

/// <summary>
/// Goes through the directories where our init may be, and keeps the one where it was. An init that does not answer for once is not to
/// be looked for elsewhere, where there may be another one.
/// </summary>
/// <param name="candidates">The directories, in their order. They are found as they are asked for.</param>
/// <param name="usual">The one to name where there is none.</param>
/// <param name="isThere">Whether a socket is in the directory.</param>
internal sealed class DirectorySearch(IEnumerable<string> candidates, string usual, Func<string, bool> isThere)
{
    private IEnumerator<string>? _rest;
    private string? _current;
    private string? _kept;

    public string Current => _current ??= Next() ?? usual;

    /// <summary>Goes on to the next directory: a socket may be left from an init that was killed.</summary>
    /// <returns>False if there is none, or the present one is kept and its socket is still there.</returns>
    public bool GoOn()
    {
        if (Current == _kept)
        {
            if (isThere(_kept))
                return false;
            _kept = null;
            Begin();
            _current = Next();
            return _current is not null;
        }
        if (Next() is not { } next)
            return false;
        _current = next;
        return true;
    }

    /// <summary>A new question: to the directory that was kept, else to all of them again.</summary>
    public void Begin() => (_rest, _current) = (null, _kept);

    /// <summary>Our init was in the present one.</summary>
    public void Keep() => _kept = Current;

    private string? Next() => (_rest ??= candidates.GetEnumerator()).MoveNext() ? _rest.Current : null;
}
