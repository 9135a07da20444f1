using MetaMcp.Init.Core.Diagnosis;

namespace MetaMcp.Init.Core.Tests.Diagnosis;

public sealed class AbsenceChecksTests
{
    [Fact]
    public void Absences_of_one_kind_are_one_error_with_every_service()
    {
        var facts = Made.Perfect with
        {
            Absences = [new("a", AbsenceKind.Program, "no x"), new("a", AbsenceKind.File, "no f"), new("b", AbsenceKind.Program, "no y")],
        };
        var examination = Examination.Of(facts, Made.File());
        Assert.Equal(
            ["service-program", "service-file"], examination.Findings.Where(f => f.Severity != FindingSeverity.Ok).Select(f => f.Id));
        var program = examination.Find("service-program")!;
        Assert.Equal((FindingSeverity.Error, "a: no x\nb: no y"), (program.Severity, program.Found));
        Assert.NotNull(program.Remedies.Image);
        Assert.Null(examination.Find("service-names"));
        Assert.True(examination.HasShortfall);
    }

    [Fact]
    public void Where_all_is_there_that_is_said_and_without_a_file_nothing_is()
    {
        Assert.Equal(FindingSeverity.Ok, Examination.Of(Made.Perfect with { Absences = [] }, Made.File()).Find("service-names")!.Severity);
        Assert.Null(Examination.Of(Made.Perfect, null).Find("service-names"));
    }

    [Theory]
    [InlineData(AbsenceKind.Account)]
    [InlineData(AbsenceKind.Program)]
    [InlineData(AbsenceKind.Directory)]
    [InlineData(AbsenceKind.File)]
    public void Every_kind_has_a_finding_with_a_remedy(AbsenceKind kind)
    {
        var finding = Made.Only(Made.Perfect with { Absences = [new("a", kind, "gone")] });
        Assert.StartsWith("service-", finding.Id, StringComparison.Ordinal);
        Assert.NotNull(finding.Remedies.Image);
    }
}
