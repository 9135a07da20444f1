namespace MetaMcp.Init.Core.Diagnosis;

/// <summary>
/// The users, groups, programs, directories and files that services and servers name: each kind is one finding with a line for each.
/// </summary>
internal static class AbsenceChecks
{
    public static void Find(Facts facts, FileNeeds needs, List<Finding> found)
    {
        if (needs.Plan is null || facts.Absences is not { } absences)
            return;
        if (absences.Length == 0)
            found.Add(Finding.Ok(
                "service-names", "every user, group, program, directory and file that a service or a server names is there for it"));
        Find(absences, AbsenceKind.Account, "service-account", found,
            "RUN useradd --system NAME (Debian), RUN adduser -S NAME (Alpine), COPY /etc/passwd (FROM scratch); " +
            "or in the file a number, which needs no name");
        Find(absences, AbsenceKind.Program, "service-program", found,
            "install the package or COPY the program, for every user to execute; or in the file its path, or PATH in environment");
        Find(absences, AbsenceKind.Directory, "service-directory", found, "RUN install -d -o USER DIRECTORY, or a volume there");
        Find(absences, AbsenceKind.File, "service-file", found,
            "COPY the file, or mount it as a secret; or in the file environment_file = \"-/path\", where it may be missing");
    }

    private static void Find(Absence[] absences, AbsenceKind kind, string id, List<Finding> found, string image)
    {
        List<string> lines = [];
        foreach (var absence in absences)
            if (absence.Kind == kind)
                lines.Add($"{absence.Service}: {absence.Sentence}");
        if (lines.Count > 0)
            found.Add(new(id, FindingSeverity.Error, string.Join('\n', lines),
                "the service or server fails at each start, or its probe or stop_command does", new() { Image = image }));
    }
}
