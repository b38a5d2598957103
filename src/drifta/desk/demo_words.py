"""Words for example tickets in Swedish, Norwegian and English. Plain data; imports no Django."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """What people write in one language: ``%(thing)s`` and ``%(place)s`` are filled in."""

    subjects: tuple[str, ...]
    reports: tuple[str, ...]
    answers: tuple[str, ...]
    replies: tuple[str, ...]
    notes: tuple[str, ...]
    resolutions: tuple[str, ...]
    greetings: tuple[str, ...]
    things: tuple[str, ...]
    places: tuple[str, ...]


SWEDISH = Words(
    subjects=(
        "%(thing)s svarar inte",
        "Kan inte logga in i %(thing)s",
        "%(thing)s är långsam sedan i morse",
        "Behöver behörighet till %(thing)s",
        "Felmeddelande från %(thing)s",
        "%(thing)s på %(place)s är trasig",
        "Ny medarbetare behöver %(thing)s",
        "Hur ställer jag in %(thing)s?",
        "Glömt lösenordet till %(thing)s",
        "%(thing)s kopplar ner hela tiden",
    ),
    reports=(
        "Det började i morse, och jag har redan startat om en gång utan att det hjälpte.",
        "Flera av oss på %(place)s har samma problem med %(thing)s sedan igår eftermiddag.",
        "Skärmen visar ett felmeddelande om nätverket när jag försöker öppna %(thing)s.",
        "Jag hinner inte vänta länge, vi har öppet för besökare från klockan tio.",
        "Kan någon titta på %(thing)s när ni är på %(place)s nästa gång? Det är inte bråttom.",
        "Utskriften fastnar i kön och försvinner sedan utan att något händer.",
    ),
    answers=(
        "Hej! Vi tittar på det nu och hör av oss så snart vi vet mer.",
        "Kan du skicka en bild på felmeddelandet, och tala om vilken dator du sitter vid?",
        "Jag har startat om tjänsten. Kan du prova igen och säga om det fungerar?",
        "Behörigheten är på plats. Logga ut och in en gång, så ska den synas.",
    ),
    replies=(
        "Tack, nu fungerar det!",
        "Nej, tyvärr är det samma sak fortfarande.",
        "Jag provade igen men %(thing)s hänger sig efter några minuter.",
        "Det är datorn vid fönstret på %(place)s, märkt med en gul lapp.",
    ),
    notes=(
        "Kön är pausad sedan 09:58, samma sak som förra veckan. Misstänker spoolern.",
        "Växeln på %(place)s tappar länken ibland, se larmet från i natt.",
        "Användaren ringde och tackade, kan stängas när ingen hör av sig.",
    ),
    resolutions=("Startade om tjänsten.", "Bytte kabel.", "La till behörigheten.", "Uppdaterade drivrutinen."),
    greetings=("Hej", "Hejsan", "God morgon", "Hallå"),
    things=(
        "skrivaren",
        "e-posten",
        "intranätet",
        "VPN-klienten",
        "ekonomisystemet",
        "projektorn",
        "telefonen",
        "filservern",
    ),
    places=("plan 2", "biblioteket", "Norra skolan", "receptionen", "vårdcentralen", "kommunhuset"),
)

NORWEGIAN = Words(
    subjects=(
        "%(thing)s svarer ikke",
        "Får ikke logget inn i %(thing)s",
        "%(thing)s er treg siden i morges",
        "Trenger tilgang til %(thing)s",
        "Feilmelding fra %(thing)s",
        "%(thing)s på %(place)s er ødelagt",
        "Nyansatt trenger %(thing)s",
        "Hvordan setter jeg opp %(thing)s?",
        "Glemt passordet til %(thing)s",
        "%(thing)s faller ut hele tiden",
    ),
    reports=(
        "Det begynte i morges, og jeg har allerede startet på nytt uten at det hjalp.",
        "Flere av oss på %(place)s har samme problem med %(thing)s siden i går ettermiddag.",
        "Skjermen viser en feilmelding om nettverket når jeg prøver å åpne %(thing)s.",
        "Jeg kan ikke vente lenge, vi har åpent for besøkende fra klokken ti.",
        "Kan noen se på %(thing)s når dere er på %(place)s neste gang? Det haster ikke.",
        "Utskriften setter seg fast i køen og forsvinner uten at noe skjer.",
    ),
    answers=(
        "Hei! Vi ser på det nå og gir beskjed så snart vi vet mer.",
        "Kan du sende et bilde av feilmeldingen, og si hvilken maskin du sitter ved?",
        "Jeg har startet tjenesten på nytt. Kan du prøve igjen og si fra om det virker?",
        "Tilgangen er på plass. Logg ut og inn én gang, så skal den vises.",
    ),
    replies=(
        "Takk, nå virker det!",
        "Nei, dessverre er det fortsatt det samme.",
        "Jeg prøvde igjen, men %(thing)s henger etter noen minutter.",
        "Det er maskinen ved vinduet på %(place)s, merket med en gul lapp.",
    ),
    notes=(
        "Køen er satt på pause siden 09:58, samme som forrige uke. Mistenker spooleren.",
        "Svitsjen på %(place)s mister lenken av og til, se varselet fra i natt.",
        "Brukeren ringte og takket, kan lukkes når ingen sier fra.",
    ),
    resolutions=("Startet tjenesten på nytt.", "Byttet kabel.", "La til tilgangen.", "Oppdaterte driveren."),
    greetings=("Hei", "Heisann", "God morgen", "Hallo"),
    things=(
        "skriveren",
        "e-posten",
        "intranettet",
        "VPN-klienten",
        "økonomisystemet",
        "projektoren",
        "telefonen",
        "filserveren",
    ),
    places=("andre etasje", "biblioteket", "Nordre skole", "resepsjonen", "legekontoret", "rådhuset"),
)

ENGLISH = Words(
    subjects=(
        "%(thing)s does not answer",
        "Cannot sign in to %(thing)s",
        "%(thing)s has been slow since this morning",
        "Need access to %(thing)s",
        "Error message from %(thing)s",
        "%(thing)s on %(place)s is broken",
        "New colleague needs %(thing)s",
        "How do I set up %(thing)s?",
        "Forgot the password for %(thing)s",
        "%(thing)s keeps disconnecting",
    ),
    reports=(
        "It began this morning, and I have already restarted once without any effect.",
        "Several of us on %(place)s have had the same trouble with %(thing)s since yesterday afternoon.",
        "The screen shows an error about the network when I try to open %(thing)s.",
        "I cannot wait for long, we open for visitors at ten o'clock.",
        "Could somebody look at %(thing)s the next time you are on %(place)s? There is no hurry.",
        "The print-out gets stuck in the queue and then vanishes without anything happening.",
    ),
    answers=(
        "Hello! We are looking at it now and will tell you as soon as we know more.",
        "Could you send a picture of the error, and say which computer you are at?",
        "I have restarted the service. Please try again and say whether it works.",
        "You have access now. Sign out and in once, and it should be there.",
    ),
    replies=(
        "Thanks, it works now!",
        "No, sadly it is still the same.",
        "I tried again but %(thing)s hangs after a few minutes.",
        "It is the computer by the window on %(place)s, with the yellow label.",
    ),
    notes=(
        "The queue has been paused since 09:58, same as last week. I suspect the spooler.",
        "The switch on %(place)s loses its link now and then, see the alert of last night.",
        "The user called to say thanks, can be closed when nobody objects.",
    ),
    resolutions=("Restarted the service.", "Replaced the cable.", "Granted access.", "Updated the driver."),
    greetings=("Hello", "Hi", "Good morning", "Hi there"),
    things=(
        "the printer",
        "e-mail",
        "the intranet",
        "the VPN client",
        "the finance system",
        "the projector",
        "the phone",
        "the file server",
    ),
    places=("floor 2", "the library", "North school", "the reception", "the clinic", "the town hall"),
)

WORDS: dict[str, Words] = {"sv": SWEDISH, "nb": NORWEGIAN, "en": ENGLISH}
