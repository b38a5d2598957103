"""Forms of the requesters' portal: few fields, large targets."""

from django import forms
from django.utils.translation import gettext_lazy as _

from drifta.desk.forms import FilesField


class SubjectForm(forms.Form):
    """The first words."""

    subject = forms.CharField(label=_("In a few words"), max_length=200, strip=True)


class DetailsForm(forms.Form):
    """The rest: a description, pictures, and whom it touches."""

    text = forms.CharField(
        label=_("Tell us more, if you like"),
        required=False,
        strip=False,
        help_text=_("What did you do, what happened, what does it say on the screen?"),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    impact = forms.TypedChoiceField(
        label=_("Who is affected"),
        coerce=int,
        initial=3,
        choices=[(3, _("Only me")), (2, _("Several of us")), (1, _("Everybody here"))],
        widget=forms.RadioSelect,
    )
    attached = FilesField()

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.fields["attached"].label = _("Photo or file")


class AnswerForm(forms.Form):
    """An answer to the desk."""

    text = forms.CharField(label=_("Your answer"), required=False, strip=False, widget=forms.Textarea)
    attached = FilesField()
